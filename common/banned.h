/* Included before every file: functions that invite overruns, truncation or shared state do not compile here. */
#ifndef COMMON_BANNED_H
#define COMMON_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name, use) crossgate_does_not_use_##name##_but_##use

#undef strcpy
#define strcpy(a, b) BANNED(strcpy, slice_dup)
#undef strcat
#define strcat(a, b) BANNED(strcat, buf_append)
#undef strncpy
#define strncpy(a, b, n) BANNED(strncpy, slice_dup)
#undef strncat
#define strncat(a, b, n) BANNED(strncat, buf_append)
#undef sprintf
#define sprintf(...) BANNED(sprintf, snprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, vsnprintf)
#undef strtok
#define strtok(a, b) BANNED(strtok, slice_next)
#undef atoi
#define atoi(a) BANNED(atoi, slice_to_number)
#undef gmtime
#define gmtime(t) BANNED(gmtime, gmtime_r)
#undef localtime
#define localtime(t) BANNED(localtime, gmtime_r)

#endif
