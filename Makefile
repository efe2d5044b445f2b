# Every job of this repository is a target here; "make" alone lists them.
# "make test" is what a person runs and what CI runs: there is no second list.

GO      ?= go
BIN     ?= bin
FUZZFOR ?= 5000x
TIMEOUT ?= 20m

# What "go generate" makes, so that "generated" can tell whether it is fresh.
GENERATED = find . -name '*_templ.go' -o -name '*.mmdb' -o -path ./docs/actions.md | LC_ALL=C sort

# The check steps follow one another also under "make -j": they share the two
# or four cores of a laptop badly, and mixed output helps nobody.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run build generate test setup format vet staticcheck generated packages packed tidy unit fuzz cross bench screenshots pictures clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
		|| grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST)

run: ## start both programs on localhost (web 3000, provider 9400)
	$(GO) run ./cmd/demo

build: ## put the three programs into bin/, static
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN)/ ./cmd/...

generate: ## write the generated files again (pages, location database, tables of docs/actions.md)
	$(GO) tool templ generate
	$(GO) generate ./...

# Not part of "generate": it needs npm and its registry, and changes only when a
# version in mockidp/actions/npm or mockidp/ui/editor does, or editor.js there.
packages: ## pack the npm packages again that Actions can require and the code editor is made of
	$(GO) run mockidp/actions/npm/pack.go
	$(GO) run mockidp/ui/editor/bundle.go

# "unit" is the last step so that the output closes with go test's own lines.
test: setup format vet staticcheck generated packed tidy cross fuzz unit ## everything that is checked before a commit

setup: ## install what the tests need, where that is possible (gcc, Chromium)
	@.ci/setup

format: ## gofmt has nothing to change
	@echo "== gofmt"
	@bad=$$(gofmt -l . ) && if [ -n "$$bad" ]; then \
		echo "not formatted, run gofmt -w on:"; echo "$$bad"; exit 1; fi

vet: ## go vet
	@echo "== go vet"
	$(GO) vet ./...

staticcheck: ## staticcheck, in the version that go.mod pins
	@echo "== staticcheck"
	$(GO) tool staticcheck ./...

# Compared with the files as they were a moment ago, not with git: so this also
# holds for work that is not committed, and in a tree without git. In a clean
# clone the two are the same thing.
generated: ## generated files are what their sources say
	@echo "== generated files"
	@before=$$($(GENERATED) | xargs cksum) && \
	$(GO) tool templ generate >/dev/null && $(GO) generate ./... && \
	after=$$($(GENERATED) | xargs cksum) && \
	if [ "$$before" != "$$after" ]; then \
		echo "stale (they are written anew now, commit them):"; \
		{ echo "$$before"; echo "$$after"; } | sort | uniq -u | cut -d' ' -f3 | sort -u; exit 1; fi

# The archive itself is compared with its sums by a Go test, for everybody.
packed: ## the bundled npm packages are what npm delivers (skipped without npm, but in CI)
	@echo "== bundled packages of npm"
	$(GO) run mockidp/actions/npm/pack.go -check
	$(GO) run mockidp/ui/editor/bundle.go -check

tidy: ## go.mod and go.sum list what is used
	@echo "== go mod tidy"
	$(GO) mod tidy -diff

# One package at a time: some tests bound how long an Action may run, and a
# neighbour's browser on the same two cores would use that time up.
unit: ## all tests with the race detector
	@echo "== go test -race"
	$(GO) test -race -p 1 -timeout $(TIMEOUT) ./...

# go test fuzzes one target of one package at a time. The budget is a number of
# inputs, a few seconds' worth, and not a time: until Go 1.27 a time that runs out
# can be reported as a failure (go.dev/issue/75804). Nor may it spend a minute on
# making an input shorter that only reaches something new, as it does unasked.
# So many new inputs find little and by chance. To search, give each target minutes.
fuzz: ## each fuzz target with a few thousand inputs (FUZZFOR=10m searches)
	@echo "== fuzz, $(FUZZFOR) each"
	@set -e; for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' $$dir | grep '^Fuzz'); do \
			echo "$$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZFOR) -fuzzminimizetime 100x $$dir; \
		done; done

# A build that needs no C compiler is what the container images rest on.
cross: ## the programs build without cgo, here and for three other systems
	@echo "== builds without cgo"
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN)/ ./cmd/...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) build ./cmd/...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 $(GO) build ./cmd/...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) build ./cmd/...

bench: ## the benchmarks, without tests
	$(GO) test -run '^$$' -bench . -benchmem ./...

screenshots: setup ## take the README's pictures again, into docs/images
	SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -count=1 -run '^TestScreenshots$$' ./cmd/demo

pictures: setup ## take a picture of every page, wide and narrow, light and dark, into bin/pictures
	PAGE_PICTURES=$(CURDIR)/bin/pictures $(GO) test -count=1 -timeout $(TIMEOUT) -run '^TestBrowser$$' ./cmd/demo

clean: ## remove what "make build" and "make run" made (users and counts too)
	rm -rf $(BIN) demo-data
