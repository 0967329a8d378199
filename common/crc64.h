/* CRC64NVME (NVM Express NVM Command Set, "64b CRC"; check value of "123456789": ae8b14860a799888). Any thread. */
#ifndef COMMON_CRC64_H
#define COMMON_CRC64_H

#include "common/slice.h"

/* Over `bytes`, continued from `crc` (0 at first); by the processor's carry-less multiplication where it has that. */
uint64_t crc64nvme(uint64_t crc, struct slice bytes);

/* The same by tables, on any processor. */
uint64_t crc64nvme_by_tables(uint64_t crc, struct slice bytes);

#endif
