# bottle: one Makefile, no recursion. `make help` lists the targets.
VERSION    := 0.1.0
PREFIX     ?= /usr/local
DESTDIR    ?=
BUILD      ?= build
POOL_FIRST ?= 16
POOL_LAST  ?= 31
HELPER     ?= yes
OS         := $(shell uname -s | tr A-Z a-z)
ARCH       ?= $(shell uname -m | sed 's/^arm64$$/aarch64/')
GROUP      ?= $(if $(filter darwin,$(OS)),admin,docker)
OTHER_OS   := $(if $(filter darwin,$(OS)),linux,darwin)
WERROR     ?= $(if $(CI),-Werror)
SAN        ?=
# make V=1 shows the commands
Q          := $(if $(V),,@)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wwrite-strings -Wundef -Wpointer-arith $(WERROR)
HARD := -fPIE -fstack-protector-strong -fstack-clash-protection '-ffile-prefix-map=$(CURDIR)=.'
STD  := -std=c11 -g -O2 -MMD -MP $(WARN)
DEFS := -DPOOL_FIRST=$(POOL_FIRST) -DPOOL_LAST=$(POOL_LAST) -DBOTTLE_VERSION='"$(VERSION)"'

# Sources of this platform: thing.c, thing_linux.c or thing_darwin.c.
pick = $(filter-out %_$(OTHER_OS).c,$(wildcard $(1)))

.PHONY: all help check check-fast demo install uninstall clean lint
all: bottle netd guest
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' Makefile mk/*.mk | expand -t 20

include mk/frontend.mk
include mk/helper.mk
include mk/guest.mk
include mk/test.mk
include mk/bench.mk
include mk/install.mk
include mk/observe.mk
include mk/release.mk
include mk/ansible.mk
include mk/macos.mk
include mk/packages.mk

clean: ## remove what was built
	rm -rf $(BUILD)

# What packages are made from has files of that name for itself.
-include $(shell find $(BUILD) -path $(BUILD)/packages -prune -o -name '*.d' -print 2>/dev/null)
