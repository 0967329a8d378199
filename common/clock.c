#include "common/clock.h"

#include <assert.h>

#define SECOND_US 1000000

static const char weekday_names[7][10] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday" };
static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
	"Nov", "Dec" };

static int64_t
now_us(clockid_t clock)
{
	struct timespec now;
	int failed = clock_gettime(clock, &now);

	assert(!failed);
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

int64_t
clock_wall_us(void)
{
	return now_us(CLOCK_REALTIME);
}

int64_t
clock_monotonic_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

/* A moment as the calendar has it. */
struct calendar {
	unsigned year, month, day, hour, minute, second, millisecond, weekday;
};

/* Years beyond four digits are shown as the first or the last one. */
static struct calendar
calendar_of(int64_t wall_us)
{
	const int64_t year_0 = INT64_C(-62167219200), year_9999_end = INT64_C(253402300799);
	int64_t seconds = wall_us / SECOND_US, rest = wall_us % SECOND_US;
	struct tm tm;
	time_t moment;

	if (rest < 0) {
		seconds--;
		rest += SECOND_US;
	}
	moment = seconds < year_0 ? year_0 : seconds > year_9999_end ? year_9999_end : seconds;
	gmtime_r(&moment, &tm);
	return (struct calendar){
		.year = (unsigned)(tm.tm_year + 1900) % 10000,
		.month = (unsigned)tm.tm_mon % 12,
		.day = (unsigned)tm.tm_mday % 100,
		.hour = (unsigned)tm.tm_hour % 100,
		.minute = (unsigned)tm.tm_min % 100,
		.second = (unsigned)tm.tm_sec % 100,
		.millisecond = (unsigned)rest / 1000 % 1000,
		.weekday = (unsigned)tm.tm_wday % 7,
	};
}

/* Not strftime, which shortens years before 1000 and asks the locale for names. */

void
clock_format_iso8601(int64_t wall_us, char out[CLOCK_TEXT_MAX])
{
	struct calendar c = calendar_of(wall_us);

	snprintf(out, CLOCK_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", c.year, c.month + 1, c.day, c.hour,
	    c.minute, c.second, c.millisecond);
}

void
clock_format_http(int64_t wall_us, char out[CLOCK_TEXT_MAX])
{
	struct calendar c = calendar_of(wall_us);

	snprintf(out, CLOCK_TEXT_MAX, "%.3s, %02u %s %04u %02u:%02u:%02u GMT", weekday_names[c.weekday], c.day,
	    month_names[c.month], c.year, c.hour, c.minute, c.second);
}

void
clock_format_amz(int64_t wall_us, char out[CLOCK_TEXT_MAX])
{
	struct calendar c = calendar_of(wall_us);

	snprintf(out, CLOCK_TEXT_MAX, "%04u%02u%02uT%02u%02u%02uZ", c.year, c.month + 1, c.day, c.hour, c.minute,
	    c.second);
}

/*
 * The parsers below take what they expect from the front of *text and answer whether it was there.
 */

static bool
take(struct slice *text, const char *literal)
{
	struct slice wanted = slice_from(literal);

	if (!slice_starts_with(*text, wanted))
		return false;
	*text = slice_skip(*text, wanted.length);
	return true;
}

static bool
take_digits(struct slice *text, size_t digits, int *number)
{
	uint64_t value;

	if (text->length < digits || !slice_to_number(slice_head(*text, digits), 9999, &value))
		return false;
	*text = slice_skip(*text, digits);
	*number = (int)value;
	return true;
}

static bool
take_year(struct slice *text, struct tm *tm)
{
	if (!take_digits(text, 4, &tm->tm_year))
		return false;
	tm->tm_year -= 1900;
	return true;
}

static bool
take_month_number(struct slice *text, struct tm *tm)
{
	if (!take_digits(text, 2, &tm->tm_mon))
		return false;
	tm->tm_mon--;
	return true;
}

static bool
take_month_name(struct slice *text, struct tm *tm)
{
	for (size_t i = 0; i < ARRAY_SIZE(month_names); i++)
		if (take(text, month_names[i])) {
			tm->tm_mon = (int)i;
			return true;
		}
	return false;
}

static bool
take_time(struct slice *text, struct tm *tm)
{
	return take_digits(text, 2, &tm->tm_hour) && take(text, ":") && take_digits(text, 2, &tm->tm_min) &&
	       take(text, ":") && take_digits(text, 2, &tm->tm_sec);
}

/* "+hhmm" or, where `colon` says so, "+hh:mm"; `east` is what the clock there is ahead of UTC. */
static bool
take_offset(struct slice *text, bool colon, int *east)
{
	int sign = text->length > 0 && text->data[0] == '-' ? -1 : 1;
	int hours, minutes;

	if (!take(text, "+") && !take(text, "-"))
		return false;
	if (!take_digits(text, 2, &hours) || (colon && !take(text, ":")) || !take_digits(text, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*east = sign * (hours * 60 + minutes) * 60;
	return true;
}

/* Nothing may be left of the text, and the date must be one: timegm would turn February 30 into March. */
static bool
to_seconds(struct slice rest, const struct tm *tm, int east, int64_t *seconds)
{
	struct tm normal = *tm;
	time_t moment = timegm(&normal);

	if (rest.length != 0)
		return false;
	if (normal.tm_year != tm->tm_year || normal.tm_mon != tm->tm_mon || normal.tm_mday != tm->tm_mday ||
	    normal.tm_hour != tm->tm_hour || normal.tm_min != tm->tm_min || normal.tm_sec != tm->tm_sec)
		return false;
	*seconds = (int64_t)moment - east;
	return true;
}

bool
clock_parse_amz(struct slice text, int64_t *seconds)
{
	struct tm tm = { 0 };

	*seconds = 0;
	return take_year(&text, &tm) && take_month_number(&text, &tm) && take_digits(&text, 2, &tm.tm_mday) &&
	       take(&text, "T") && take_digits(&text, 2, &tm.tm_hour) && take_digits(&text, 2, &tm.tm_min) &&
	       take_digits(&text, 2, &tm.tm_sec) && take(&text, "Z") && to_seconds(text, &tm, 0, seconds);
}

/* A fraction of a second, which is dropped; at most nanoseconds. */
static bool
skip_fraction(struct slice *text)
{
	size_t digits = 0;

	if (!take(text, "."))
		return true;
	while (digits < text->length && text->data[digits] >= '0' && text->data[digits] <= '9')
		digits++;
	*text = slice_skip(*text, digits);
	return digits >= 1 && digits <= 9;
}

bool
clock_parse_iso8601(struct slice text, int64_t *seconds)
{
	struct tm tm = { 0 };
	int east = 0;

	*seconds = 0;
	if (!take_year(&text, &tm) || !take(&text, "-") || !take_month_number(&text, &tm) || !take(&text, "-") ||
	    !take_digits(&text, 2, &tm.tm_mday))
		return false;
	if (text.length > 0) {
		if (!take(&text, "T") || !take_time(&text, &tm) || !skip_fraction(&text))
			return false;
		if (!take(&text, "Z") && !take_offset(&text, true, &east))
			return false;
	}
	return to_seconds(text, &tm, east, seconds);
}

/* "GMT", a numeric zone, or one of RFC 5322's names for the same. */
static bool
take_zone(struct slice *text, int *east)
{
	*east = 0;
	return take(text, "GMT") || take(text, "UTC") || take(text, "UT") || take_offset(text, false, east);
}

/* "Sun" or "Sunday". That it is the day of the date is not asked: clients get it wrong. */
static bool
take_weekday(struct slice *text, bool full)
{
	for (size_t i = 0; i < ARRAY_SIZE(weekday_names); i++) {
		const char *name = weekday_names[i];
		struct slice wanted = slice_head(slice_from(name), full ? sizeof(weekday_names[i]) : 3);

		if (slice_starts_with(*text, wanted)) {
			*text = slice_skip(*text, wanted.length);
			return true;
		}
	}
	return false;
}

static bool
take_short_day(struct slice *text, struct tm *tm)
{
	return take_digits(text, 2, &tm->tm_mday) || take_digits(text, 1, &tm->tm_mday);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT"; RFC 5322 may leave out the weekday and the zero. */
static bool
parse_fixdate(struct slice text, int64_t *seconds)
{
	struct tm tm = { 0 };
	int east;

	if (take_weekday(&text, false) && !take(&text, ", "))
		return false;
	return take_short_day(&text, &tm) && take(&text, " ") && take_month_name(&text, &tm) && take(&text, " ") &&
	       take_year(&text, &tm) && take(&text, " ") && take_time(&text, &tm) && take(&text, " ") &&
	       take_zone(&text, &east) && to_seconds(text, &tm, east, seconds);
}

/* RFC 9110 section 5.6.7: a two-digit year more than 50 years ahead is the most recent past one with these digits. */
static int
full_year(int two_digits)
{
	int this_year = (int)calendar_of(clock_wall_us()).year;
	int year = this_year - this_year % 100 + two_digits;

	return year > this_year + 50 ? year - 100 : year;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool
parse_rfc850(struct slice text, int64_t *seconds)
{
	struct tm tm = { 0 };
	int east, year;

	if (!take_weekday(&text, true) || !take(&text, ", ") || !take_digits(&text, 2, &tm.tm_mday) ||
	    !take(&text, "-") || !take_month_name(&text, &tm) || !take(&text, "-") || !take_digits(&text, 2, &year))
		return false;
	tm.tm_year = full_year(year) - 1900;
	return take(&text, " ") && take_time(&text, &tm) && take(&text, " ") && take_zone(&text, &east) &&
	       to_seconds(text, &tm, east, seconds);
}

/* "Sun Nov  6 08:49:37 1994" */
static bool
parse_asctime(struct slice text, int64_t *seconds)
{
	struct tm tm = { 0 };
	int east = 0;

	if (!take_weekday(&text, false) || !take(&text, " ") || !take_month_name(&text, &tm) || !take(&text, " "))
		return false;
	if (take(&text, " ") ? !take_digits(&text, 1, &tm.tm_mday) : !take_digits(&text, 2, &tm.tm_mday))
		return false;
	if (!take(&text, " ") || !take_time(&text, &tm) || !take(&text, " ") || !take_year(&text, &tm))
		return false;
	if (take(&text, " ") && !take_zone(&text, &east))
		return false;
	return to_seconds(text, &tm, east, seconds);
}

bool
clock_parse_http(struct slice text, int64_t *seconds)
{
	*seconds = 0;
	return parse_fixdate(text, seconds) || parse_rfc850(text, seconds) || parse_asctime(text, seconds);
}
