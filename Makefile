# Causeway: one command runs it, one tests it. See README.md.

SHELL := /bin/bash
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# One release build serves run, demo, install and the system tests. The Swift runtime is linked in, so that an installed
# binary needs no toolchain.
RELEASE := -c release --static-swift-stdlib
BIN := .build/release

.PHONY: help run test demo install setup release format lint clean

help:
	@echo "make run      build and run a relay for trying out (--dev) in the foreground"
	@echo "make test     build and run every test"
	@echo "make demo     play one host and eight clients through a relay for five seconds"
	@echo "make install  install to DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)'"
	@echo "make format   format the Swift sources; make lint checks them"
	@echo "make setup    install the system packages that the build needs; the others call it"

setup:
	@scripts/install-packages build

release: setup
	$(SWIFT) build $(RELEASE) --product causewayd
	$(SWIFT) build $(RELEASE) --product causeway-bench

run: release
	$(BIN)/causewayd run --dev

test:
	@scripts/install-packages build test
	@scripts/run-tests

demo: release
	@scripts/demo $(BIN)

install: release
	install -D -m 755 $(BIN)/causewayd $(DESTDIR)$(PREFIX)/bin/causewayd
	install -D -m 755 $(BIN)/causeway-bench $(DESTDIR)$(PREFIX)/bin/causeway-bench
	install -D -m 644 config/causeway.yaml $(DESTDIR)$(PREFIX)/share/causeway/causeway.yaml
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/causeway/LICENSE
	install -D -m 644 README.md $(DESTDIR)$(PREFIX)/share/doc/causeway/README.md
	for page in docs/*.md; do install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/doc/causeway/$$page; done
	@echo "Installed. Copy $(PREFIX)/share/causeway/causeway.yaml to /etc/causeway/causeway.yaml and fill in relay.address and api.keys."

format:
	git ls-files '*.swift' | xargs $(SWIFT) format -i --configuration .swift-format

lint:
	git ls-files '*.swift' | xargs $(SWIFT) format lint --strict --configuration .swift-format

clean:
	$(SWIFT) package clean
