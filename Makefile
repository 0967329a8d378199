# Crossgate. `make` builds build/crossgate; `make help` lists the rest.

CC      ?= cc
PREFIX  ?= /usr/local
BUILD   ?= build$(if $(SAN),-$(SAN))
SANS_1  := address,undefined
SANFLAGS := $(if $(SAN),-fsanitize=$(or $(SANS_$(SAN)),$(SAN)) -fno-sanitize-recover=all -fno-omit-frame-pointer)
OPT     ?= -O2 -g
VERSION := 0.1

# Quiet; `make V=1` shows the commands.
ifndef V
.SILENT:
endif
say = @printf '  %-5s %s\n'

PACKAGES := libmicrohttpd libxml-2.0 libcrypto lmdb talloc libisal jansson
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wformat=2 \
	-Wvla -Wpointer-arith -Wundef -Wwrite-strings -Wimplicit-fallthrough

override CPPFLAGS += -D_GNU_SOURCE -DCROSSGATE_VERSION='"$(VERSION)"' -MMD -MP -include common/banned.h
override CFLAGS   += -std=gnu17 $(OPT) -pthread $(WARN) $(SANFLAGS) $(shell pkg-config --cflags $(PACKAGES))
LIBS := $(shell pkg-config --libs $(PACKAGES)) -lunistring -pthread

# librados comes without a pkg-config file. Without it, all but `--store rados:` is built.
RADOS := $(if $(shell echo '\#include <rados/librados.h>' | $(CC) -E -x c - 2>/dev/null | tail -n 1),yes)
ifdef RADOS
override CPPFLAGS += -DCROSSGATE_RADOS
LIBS += -lrados
else
$(info librados is not here: built without --store rados:)
endif

# Each room compiles with the headers that it may see, and no others: a folder of links is its include path.
SEES_common  := common
SEES_storage := common storage
SEES_auth    := common auth
SEES_cors    := common cors
SEES_gateway := common storage auth cors gateway
SEES_tests   := common storage auth cors gateway tests
ROOMS := common storage auth cors gateway

SOURCES := $(foreach room,$(ROOMS),$(wildcard $(room)/*.c $(room)/*/*.c))
SOURCES := $(if $(RADOS),$(SOURCES),$(filter-out storage/rados/%,$(SOURCES)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
MAIN    := $(BUILD)/gateway/main.o
LIBRARY := $(BUILD)/libcrossgate.a
UNIT    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c tests/unit/*/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
UNIT    := $(if $(RADOS),$(UNIT),$(filter-out $(BUILD)/tests/unit/storage/test_rados%,$(UNIT)))
REPLAYS := $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
BENCH   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))

.PHONY: all help check bench fuzz lint install clean
all: $(BUILD)/crossgate

help:
	@echo 'make                  build/crossgate'
	@echo 'make check            unit suites, and the fuzz corpus replayed (SAN=1: address and undefined; SAN=thread; -k: all of them)'
	@echo 'make lint             clang-format, clang-tidy, cppcheck, each header alone'
	@echo 'make fuzz             every fuzz target for FUZZ_SECONDS (60)'
	@echo 'make bench            speeds beside nginx and the bare limits'
	@echo 'make install          DESTDIR= PREFIX='

$(BUILD)/crossgate: $(MAIN) $(LIBRARY)
	$(say) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(filter-out $(MAIN),$(OBJECTS))
	@rm -f $@
	$(AR) rcs $@ $^

# $(call view,ROOM): the folder of links for a room. By name: what lies in one, such as a header that is gone, is no view.
view = $(BUILD)/view/$(firstword $(subst /, ,$(1)))
$(addprefix $(BUILD)/view/,$(ROOMS) tests): $(BUILD)/view/%:
	@mkdir -p $@ && for room in $(SEES_$*); do ln -sfn $(CURDIR)/$$room $@/$$room; done

.SECONDEXPANSION:
$(BUILD)/%.o: %.c | $$(call view,$$*)
	@mkdir -p $(@D)
	$(say) CC $@
	$(CC) $(CPPFLAGS) -I$(call view,$*) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(shell pkg-config --libs check)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/bench/bench_%: $(BUILD)/tests/bench/bench_%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# A target a suite, so that -j runs them beside each other and -k all of them; those that take long come first.
LONG := $(filter %interleave %faults %races,$(UNIT))
SUITES := $(LONG:=.run) $(filter-out $(LONG:=.run),$(UNIT:=.run)) $(REPLAYS:=.run)
# Where one thread runs at a time, there are no races to find.
SUITES := $(if $(filter thread,$(SAN)),$(filter-out %interleave.run %faults.run,$(SUITES)),$(SUITES))
.PHONY: $(SUITES) print-storage-suites
check: $(SUITES)
print-storage-suites:
	@echo $(filter $(BUILD)/tests/unit/storage/%,$(SUITES))
$(UNIT:=.run): %.run: %
	$<
$(REPLAYS:=.run): $(BUILD)/tests/fuzz/fuzz_%.run: $(BUILD)/tests/fuzz/fuzz_%
	$< tests/fuzz/corpus/$*

FUZZ_SECONDS ?= 60
fuzz:
	$(MAKE) BUILD=build-fuzz CC=clang SAN=fuzzer-no-link,address,undefined FUZZ=1 fuzz-run
FUZZ_PROGRAMS := $(FUZZERS:%=$(BUILD)/tests/fuzz/%.libfuzzer)
$(BUILD)/tests/fuzz/%.libfuzzer: $(BUILD)/tests/fuzz/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)
.PHONY: fuzz-run
fuzz-run: $(FUZZ_PROGRAMS)
	scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_PROGRAMS)

bench: $(BUILD)/crossgate $(BENCH)
	tests/bench/run $(BUILD)

lint:
	scripts/lint

# The manual page says what `crossgate serve --help` says.
$(BUILD)/crossgate.1: $(BUILD)/crossgate
	$(say) MAN $@
	help2man --no-info --name 'an S3 server whose cross-origin rules work as browsers expect' \
		--help-option='serve --help' --version-option=version $< >$@

MANUAL := $(if $(shell command -v help2man),$(BUILD)/crossgate.1)
install: $(BUILD)/crossgate $(MANUAL)
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/crossgate
	$(if $(MANUAL),install -D -m 644 $(MANUAL) $(DESTDIR)$(PREFIX)/share/man/man1/crossgate.1,echo 'no manual page: help2man is missing')

clean:
	rm -rf build build-*

.SECONDARY:
-include $(OBJECTS:.o=.d) $(UNIT:=.d) $(BENCH:=.d) $(REPLAYS:=.d) $(BUILD)/tests/fuzz/replay.d
