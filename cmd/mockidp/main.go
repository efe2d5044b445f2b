// Command mockidp serves a mock identity provider that runs Auth0 post-login
// Actions. It is for testing only.
//
//	mockidp [serve]                          serve (flags: mockidp --help)
//	mockidp ready [--wait] [--timeout 30s]   exit 0 when the running server is ready
//	mockidp actions deploy FILE              check an Action, deploy it, put it last in the login flow
//	mockidp actions test FILE...             run Actions for one login in memory and say what they did
//	mockidp trigger post-login               one whole login without a browser
//	mockidp config                           print each setting and where it came from
//	mockidp version
//	mockidp help
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp/actions"
)

func main() {
	actions.ServeIfWorker() // this binary is its own worker
	listen.CollectLess()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mockidp:", err)
		os.Exit(1)
	}
}

// run is main without globals, so that tests can call it.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	command := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve":
		return serve(ctx, args, environ, stderr)
	case "ready":
		return ready(ctx, args, environ, stderr)
	case "actions":
		return runActions(ctx, args, environ, stdout, stderr)
	case "trigger":
		return runTrigger(ctx, args, environ, stdout, stderr)
	case "config":
		return printConfig(args, environ, stdout, stderr)
	case "version":
		_, err := fmt.Fprintln(stdout, "mockidp", settings.Version())
		return err
	case "help":
		return serve(ctx, []string{"--help"}, environ, stderr)
	}
	return fmt.Errorf("no command %q: expected serve, ready, actions, trigger, config, version or help", command)
}
