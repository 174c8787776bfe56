# Supervisor in Go. `make help` lists the targets.

GO       ?= go
PREFIX   ?= /usr/local
DESTDIR  ?=
MODULES  := pkg supervisord supervisorctl pidproxy eventlisten logrotate commevent
TOOLS    := supervisord supervisorctl pidproxy eventlisten logrotate commevent
TESTMODS := $(MODULES) test/bench test/conformance test/e2e
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
TAGS     := urfave_cli_no_docs
LDFLAGS  := -s -w -X github.com/supervisor-go/supervisor/supervisord/internal/version.Product=$(VERSION) -X github.com/supervisor-go/supervisor/pkg/tool.Version=$(VERSION) -X github.com/supervisor-go/supervisor/supervisorctl/internal/command.Version=$(VERSION)
# The race detector needs a C compiler; without one the tests run without it.
RACE     := $(shell command -v $$($(GO) env CC) >/dev/null 2>&1 && echo -race)
GOBUILD  := CGO_ENABLED=0 $(GO) build -trimpath -tags $(TAGS) -ldflags '$(LDFLAGS)'

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[a-z -]*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: build
build: ## build every program into bin/
	@mkdir -p bin
	$(GOBUILD) -o bin/ $(addprefix ./,$(TOOLS)) ./supervisord/cmd/echo_supervisord_conf

.PHONY: run
run: build ## build, then run supervisord in the foreground on the demo
	@examples/demo/run

.PHONY: test
test: build ## run all tests, under the race detector where there is a C compiler
	@test -n "$(RACE)" || echo 'no C compiler: the race detector is off'
	@set -e; for m in $(TESTMODS); do echo "== $$m"; (cd $$m && $(GO) test $(RACE) -timeout 14m -tags $(TAGS) ./...); done

.PHONY: test-alone
test-alone: ## build and vet every module on its own, outside the workspace
	@set -e; for m in $(MODULES); do echo "== $$m"; (cd $$m && GOWORK=off $(GO) vet -tags $(TAGS) ./...); done

.PHONY: test-web
test-web: build ## drive the web page with Debian's chromium
	cd test/web && $(GO) test -tags $(TAGS) ./...

.PHONY: screenshots
screenshots: VERSION := $(shell sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -1)
screenshots: build ## write the pictures of the web page into docs/img
	cd test/web && $(GO) test -count=1 -tags $(TAGS) -run TestScreenshots . -screenshots $(CURDIR)/docs/img

.PHONY: conformance
conformance: build ## run every scenario on the reference and on our binaries, and compare
	test/conformance/run -bin $(CURDIR)/bin

.PHONY: bench
bench: build ## measure supervisord beside the reference and the floor
	cd test/bench && $(GO) run . -bin $(CURDIR)/bin

.PHONY: bench-full
bench-full: build ## the same with 10,000 programs: half an hour and more
	cd test/bench && $(GO) run . -bin $(CURDIR)/bin -full

.PHONY: bench-quick
bench-quick: build ## the same in under three minutes
	cd test/bench && $(GO) run . -bin $(CURDIR)/bin -quick

.PHONY: soak
soak: build ## restarts, calls and reloads in bulk, with figures before and after
	cd test/bench && $(GO) run . -bin $(CURDIR)/bin -soak

.PHONY: lint-fast
lint-fast: ## gofmt and go vet
	@test -z "$$(gofmt -l $(TESTMODS))" || { gofmt -l $(TESTMODS); echo 'not gofmt-ed: run make fmt'; exit 1; }
	@set -e; for m in $(TESTMODS); do (cd $$m && $(GO) vet -tags $(TAGS) ./...); done

.PHONY: lint
lint: lint-fast ## gofmt, go vet, staticcheck, govulncheck
	@set -e; for m in $(TESTMODS); do (cd $$m && $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 -tags $(TAGS) ./...); done
	@GO='$(GO)' TAGS='$(TAGS)' .ci/vuln $(MODULES)

.PHONY: vuln
vuln: ## govulncheck, where its database can be reached
	@GO='$(GO)' TAGS='$(TAGS)' .ci/vuln $(MODULES)

.PHONY: fmt
fmt: ## gofmt everything
	gofmt -w $(TESTMODS)

.PHONY: generate
generate: build ## write what is generated: man pages, reference documents
	@set -e; for m in $(TESTMODS); do (cd $$m && $(GO) generate ./...); done

.PHONY: cross
cross: ## compile for every platform that must compile
	@set -e; for p in linux/amd64 linux/arm64 darwin/arm64 darwin/amd64 freebsd/amd64; do \
	  echo "== $$p"; \
	  for m in $(MODULES); do (cd $$m && CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -tags $(TAGS) -o /dev/null ./... ); done; done

.PHONY: fuzz
FUZZTIME ?= 20s
fuzz: ## run every fuzz test for FUZZTIME
	@set -e; for m in $(MODULES); do (cd $$m && for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
	    $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg; done; done); done

.PHONY: cover
cover: ## test coverage of every module
	@set -e; for m in $(MODULES); do (cd $$m && $(GO) test -tags $(TAGS) -cover ./...); done

.PHONY: install
install: build ## install programs, man pages and completions under PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 0755 bin/supervisord bin/supervisorctl bin/pidproxy bin/eventlisten bin/commevent bin/echo_supervisord_conf $(DESTDIR)$(PREFIX)/bin/
	install -m 0755 bin/logrotate $(DESTDIR)$(PREFIX)/bin/supervisor-logrotate
	@if ls docs/man/*.1 >/dev/null 2>&1; then install -d $(DESTDIR)$(PREFIX)/share/man/man1 && install -m 0644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/; fi
	@if ls docs/man/*.5 >/dev/null 2>&1; then install -d $(DESTDIR)$(PREFIX)/share/man/man5 && install -m 0644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/; fi
	@if [ -d supervisorctl/completions ]; then \
	  install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d; \
	  install -m 0644 supervisorctl/completions/supervisorctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/supervisorctl; \
	  install -m 0644 supervisorctl/completions/_supervisorctl $(DESTDIR)$(PREFIX)/share/zsh/site-functions/; \
	  install -m 0644 supervisorctl/completions/supervisorctl.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/; fi

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
