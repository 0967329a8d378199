#include "storage/local/value.h"

#include "common/digest.h"

#define CRC_BYTES   4
#define INDEX_BYTES 4

/* The data of an entry that LMDB keeps in one page of its own: the page's header is 16 bytes. */
#define ENTRY_BYTES (4096 - 16)
#define PIECE_BYTES (ENTRY_BYTES - CRC_BYTES)
#define WHOLE_BYTES (ENTRY_BYTES - CRC_BYTES - 1)

/* How a value is kept: the first byte of the payload. */
#define KEPT_WHOLE     0 /* the value follows */
#define KEPT_IN_PIECES 1 /* struct reference follows */

/* Where the pieces of a value are, and how long it is; big-endian. */
struct reference {
	unsigned char number[NUMBER_BYTES];
	unsigned char length[4];
};

static void
write_be32(unsigned char out[4], uint32_t number)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (unsigned char)(number >> (24 - 8 * i));
}

static uint32_t
read_be32(const unsigned char in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

/* Entries. */

static uint32_t
entry_crc(const MDB_val *key, struct slice payload)
{
	return crc32c(crc32c(0, slice_make(key->mv_data, key->mv_size)), payload);
}

int
entry_check(const MDB_val *key, const MDB_val *data, struct slice *payload)
{
	struct slice bytes = slice_make(data->mv_data, data->mv_size);
	uint32_t crc;

	*payload = slice_skip(bytes, CRC_BYTES);
	if (payload->length == 0)
		return MDB_CORRUPTED;
	memcpy(&crc, bytes.data, CRC_BYTES);
	return crc == entry_crc(key, *payload) ? 0 : MDB_CORRUPTED;
}

int
entry_get(MDB_txn *txn, MDB_dbi dbi, MDB_val key, struct slice *payload)
{
	MDB_val data;
	int rc = mdb_get(txn, dbi, &key, &data);

	return rc ? rc : entry_check(&key, &data, payload);
}

int
entry_put(MDB_txn *txn, MDB_dbi dbi, MDB_val key, struct slice payload, unsigned flags)
{
	MDB_val data = { CRC_BYTES + payload.length, NULL };
	uint32_t crc = entry_crc(&key, payload);
	int rc = mdb_put(txn, dbi, &key, &data, flags | MDB_RESERVE);

	if (rc)
		return rc;
	memcpy(data.mv_data, &crc, CRC_BYTES);
	memcpy((char *)data.mv_data + CRC_BYTES, payload.data, payload.length);
	return 0;
}

int
number_next(MDB_txn *txn, MDB_dbi dbi, unsigned char number[NUMBER_BYTES])
{
	static char name[] = { VALUE_KIND_COUNTER, 'n', 'u', 'm', 'b', 'e', 'r' };
	MDB_val key = { sizeof(name), name };
	struct slice last;
	int rc = entry_get(txn, dbi, key, &last);

	memset(number, 0, NUMBER_BYTES);
	if (rc && rc != MDB_NOTFOUND)
		return rc;
	if (rc == 0 && last.length != NUMBER_BYTES)
		return MDB_CORRUPTED;
	if (rc == 0)
		memcpy(number, last.data, NUMBER_BYTES);
	for (size_t i = NUMBER_BYTES; i-- > 0;)
		if (++number[i] != 0)
			break;
	return entry_put(txn, dbi, key, slice_make(number, NUMBER_BYTES), 0);
}

/* Values in pieces. */

struct piece_key {
	unsigned char bytes[1 + NUMBER_BYTES + INDEX_BYTES];
};

static MDB_val
piece_key(struct piece_key *key, const unsigned char number[NUMBER_BYTES], uint32_t index)
{
	key->bytes[0] = VALUE_KIND_PIECE;
	memcpy(key->bytes + 1, number, NUMBER_BYTES);
	write_be32(key->bytes + 1 + NUMBER_BYTES, index);
	return (MDB_val){ sizeof(key->bytes), key->bytes };
}

static int
reference_check(struct slice payload, struct reference *ref)
{
	if (payload.length != 1 + sizeof(*ref) || payload.data[0] != KEPT_IN_PIECES)
		return MDB_CORRUPTED;
	memcpy(ref, payload.data + 1, sizeof(*ref));
	return read_be32(ref->length) <= STORE_VALUE_MAX ? 0 : MDB_CORRUPTED;
}

static int
pieces_read(MDB_txn *txn, MDB_dbi dbi, const struct reference *ref, TALLOC_CTX *mem, struct slice *value)
{
	size_t length = read_be32(ref->length);
	char *bytes = talloc_size(mem, length);
	int rc = 0;

	*value = slice_make(bytes, length);
	for (uint32_t i = 0; rc == 0 && length > 0; i++) {
		size_t expected = length < PIECE_BYTES ? length : PIECE_BYTES;
		struct piece_key key;
		struct slice piece;

		rc = entry_get(txn, dbi, piece_key(&key, ref->number, i), &piece);
		if (rc == MDB_NOTFOUND || (rc == 0 && piece.length != expected))
			rc = MDB_CORRUPTED;
		if (rc == 0)
			memcpy(bytes, piece.data, piece.length);
		bytes += expected;
		length -= expected;
	}
	return rc;
}

static int
pieces_put(MDB_txn *txn, MDB_dbi dbi, struct slice value, struct reference *ref)
{
	int rc = number_next(txn, dbi, ref->number);

	write_be32(ref->length, (uint32_t)value.length);
	for (uint32_t i = 0; rc == 0 && value.length > 0; i++) {
		struct piece_key key;

		rc = entry_put(
		    txn, dbi, piece_key(&key, ref->number, i), slice_head(value, PIECE_BYTES), MDB_APPEND);
		value = slice_skip(value, PIECE_BYTES);
	}
	return rc;
}

/* Delete the pieces of the value that a payload stands for, if it is in pieces. */
static int
pieces_delete(MDB_txn *txn, MDB_dbi dbi, struct slice payload)
{
	struct reference ref;
	size_t length;
	int rc;

	if (payload.data[0] == KEPT_WHOLE)
		return 0;
	rc = reference_check(payload, &ref);
	if (rc)
		return rc;
	length = read_be32(ref.length);
	for (uint32_t i = 0; i < (length + PIECE_BYTES - 1) / PIECE_BYTES; i++) {
		struct piece_key bytes;
		MDB_val key = piece_key(&bytes, ref.number, i);

		rc = mdb_del(txn, dbi, &key, NULL);
		/* A piece that is lost already must not keep its value from being deleted. */
		if (rc && rc != MDB_NOTFOUND)
			return rc;
	}
	return 0;
}

/* Values. */

int
value_read(MDB_txn *txn, MDB_dbi dbi, struct slice payload, TALLOC_CTX *mem, struct slice *value)
{
	struct reference ref;
	int rc;

	if (payload.data[0] == KEPT_WHOLE) {
		*value = slice_skip(payload, 1);
		return value->length > 0 ? 0 : MDB_CORRUPTED;
	}
	rc = reference_check(payload, &ref);
	return rc ? rc : pieces_read(txn, dbi, &ref, mem, value);
}

int
value_put(MDB_txn *txn, MDB_dbi dbi, MDB_val key, struct slice value)
{
	unsigned char payload[WHOLE_BYTES + 1];
	struct reference ref;
	struct slice old;
	int rc = entry_get(txn, dbi, key, &old);

	if (rc == 0)
		rc = pieces_delete(txn, dbi, old);
	/* What is damaged is replaced all the same; pieces that it may have had are lost room. */
	if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED)
		return rc;
	if (value.length <= WHOLE_BYTES) {
		payload[0] = KEPT_WHOLE;
		memcpy(payload + 1, value.data, value.length);
		return entry_put(txn, dbi, key, slice_make(payload, 1 + value.length), 0);
	}
	rc = pieces_put(txn, dbi, value, &ref);
	if (rc)
		return rc;
	payload[0] = KEPT_IN_PIECES;
	memcpy(payload + 1, &ref, sizeof(ref));
	return entry_put(txn, dbi, key, slice_make(payload, 1 + sizeof(ref)), 0);
}

int
value_delete(MDB_txn *txn, MDB_dbi dbi, MDB_val key)
{
	struct slice payload;
	int rc = entry_get(txn, dbi, key, &payload);

	if (rc == 0)
		rc = pieces_delete(txn, dbi, payload);
	return rc && rc != MDB_CORRUPTED ? rc : mdb_del(txn, dbi, &key, NULL);
}
