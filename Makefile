# Causeway: one command runs it, one tests it. See README.md.

SHELL := /bin/bash
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# One release build serves run, demo, install and the system tests. The Swift runtime is linked in, so that an installed
# binary needs no toolchain.
RELEASE := -c release --static-swift-stdlib
BIN := .build/release

# One target with FUZZ=engine, longer with FUZZ_SECONDS=600.
FUZZ ?=
FUZZ_SECONDS ?= 60

.PHONY: help run test faults flood fuzz sanitize-address sanitize-thread demo bench micro scale bench-tools install man deb setup release format lint clean

help:
	@echo "make run      build and run a relay for trying out (--dev) in the foreground"
	@echo "make test     build and run every test"
	@echo "make fuzz     feed damaged and invented input to every parser for a minute each (FUZZ=engine FUZZ_SECONDS=600)"
	@echo "make sanitize-address   the unit tests under the address sanitizer; make sanitize-thread under the thread sanitizer"
	@echo "make faults   break disk, clock, queues and more under a running game; 300 rounds of SIGKILL (ten minutes)"
	@echo "make flood    play beside 100,000 bad datagrams a second of every kind: what the games keep (five minutes)"
	@echo "make demo     play one host and eight clients through a relay for five seconds"
	@echo "make bench    compare with the floor, coturn and nginx, side by side: a table, JSON and an HTML report (an hour)"
	@echo "make micro    instructions for each datagram, against the reference"
	@echo "make scale    100,000 sessions with 800,000 users in one process: made, restored, swept"
	@echo "make man      man pages (.build/man) and shell completions (.build/completions) from what the commands say"
	@echo "make deb      the Debian package, .build/causeway_VERSION_ARCHITECTURE.deb"
	@echo "make install  install to DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)'"
	@echo "make format   format the Swift sources; make lint checks them"
	@echo "make setup    install the system packages that the build needs; the others call it"

setup:
	@scripts/install-packages build

release: setup
	$(SWIFT) build $(RELEASE) --product causewayd
	$(SWIFT) build $(RELEASE) --product causeway-bench
	$(SWIFT) build $(RELEASE) --product causewayctl

run: release
	$(BIN)/causewayd run --dev

test:
	@scripts/install-packages build test micro deb
	@scripts/run-tests

fuzz:
	@SWIFT="$(SWIFT)" FUZZ_SECONDS="$(FUZZ_SECONDS)" scripts/fuzz $(FUZZ)

sanitize-address sanitize-thread: sanitize-%:
	@scripts/install-packages build test
	@SWIFT="$(SWIFT)" scripts/sanitize $*

# What broke and what held; each test prints its figure. docs/faults.md has the table.
faults: release
	@scripts/install-packages build test
	$(SWIFT) build --build-tests
	CAUSEWAY_KILL_ROUNDS=$${CAUSEWAY_KILL_ROUNDS:-300} CAUSEWAYD="$(CURDIR)/$(BIN)/causewayd" \
	    $(SWIFT) test --skip-build --filter 'SystemTests.*(FaultTests|KillLoop)'

# FLOOD passes options: make flood FLOOD="--only oversize --pps 200000". docs/flood.md says how to read it.
flood: release
	@scripts/install-packages build test
	Tests/flood/run $(BIN) --long $(FLOOD)

demo: release
	@scripts/demo $(BIN)

# The floor and the counter of time outside of the kernel, both C.
bench-tools:
	@scripts/install-packages build bench
	@mkdir -p .build/bench
	$(CC) -O2 -Wall -Wextra -o .build/bench/floor bench/floor/floor.c
	$(CC) -O2 -Wall -Wextra -fPIC -shared -o .build/bench/usertime.so bench/usertime/usertime.c -ldl

# BENCH passes options: make bench BENCH="--rounds 6 --scenario steady".
bench: bench-tools release
	bench/compare/scale.py --part memory; bench/compare/compare.py $(BENCH)

scale: bench-tools release
	bench/compare/scale.py $(SCALE)

micro:
	@scripts/install-packages build micro
	SWIFT="$(SWIFT)" bench/micro/run

man: release
	scripts/generate-manual $(BIN) .build/man .build/completions

deb: release
	@scripts/install-packages deb
	scripts/build-deb $(BIN) .build

install: man
	install -D -m 755 $(BIN)/causewayd $(DESTDIR)$(PREFIX)/bin/causewayd
	install -D -m 755 $(BIN)/causeway-bench $(DESTDIR)$(PREFIX)/bin/causeway-bench
	install -D -m 755 $(BIN)/causewayctl $(DESTDIR)$(PREFIX)/bin/causewayctl
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 .build/man/*.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 .build/man/*.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/bash-completion/completions .build/completions/bash/*
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/zsh/site-functions .build/completions/zsh/*
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d .build/completions/fish/*
	install -D -m 644 config/causeway.yaml $(DESTDIR)$(PREFIX)/share/causeway/causeway.yaml
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/causeway/grafana config/grafana/causeway.json
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/causeway/prometheus config/prometheus/*.yml
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/causeway/LICENSE
	install -D -m 644 README.md $(DESTDIR)$(PREFIX)/share/doc/causeway/README.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/causeway/docs/images docs/images/*.png
	for page in docs/*.md; do install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/doc/causeway/$$page; done
	@echo "Installed. Copy $(PREFIX)/share/causeway/causeway.yaml to /etc/causeway/causeway.yaml and fill in relay.address and api.keys."

format:
	git ls-files '*.swift' | xargs $(SWIFT) format -i --configuration .swift-format

lint:
	git ls-files '*.swift' | xargs $(SWIFT) format lint --strict --configuration .swift-format

clean:
	$(SWIFT) package clean
