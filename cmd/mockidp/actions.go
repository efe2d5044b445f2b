package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// runActions is "mockidp actions", whose own commands are deploy and test.
func runActions(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch command {
	case "deploy":
		return deploy(ctx, args, environ, stdout, stderr)
	case "test":
		return testActions(ctx, args, environ, stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stderr, `Usage: mockidp actions deploy FILE.js [flags]   check an Action, deploy it, put it last in the login flow
       mockidp actions test FILE.js… [flags]    run Actions for one login in memory and say what they did

Each has its own --help.
`)
		return flag.ErrHelp
	}
	return fmt.Errorf("actions: no command %q: expected deploy FILE.js or test FILE.js", command)
}

// deploy is "mockidp actions deploy FILE". It works on the database itself, so a
// server that runs on the same file uses the Action at its next login.
func deploy(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	c := &config{set: settings.New("mockidp actions deploy", "MOCKIDP_", stderr)}
	var files []string
	c.set.Operands(&files)
	replace := false
	c.set.Switch(&replace, "replace-draft", "deploy also over a draft that somebody saved and nobody deployed")
	c.set.Call("mockidp actions deploy [--database-url file:./mockidp.db] FILE.js")
	if err := c.read(args, environ, stderr); err != nil {
		return err
	}
	if len(files) != 1 {
		return fmt.Errorf("expected one file: mockidp actions deploy [--database-url file:./mockidp.db] FILE.js, got %d", len(files))
	}
	file := files[0]
	if c.options.DatabaseURL == "memory:" {
		return errors.New("--database-url memory: belongs to one process. Name the server's file, as in file:./mockidp.db")
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if name == "" {
		return fmt.Errorf("%s: an Action is called by its file's name, and this one has none before %s", file, filepath.Ext(file))
	}
	code, err := readText(file, "the file of an Action")
	if err != nil {
		return err
	}
	warnings, err := check(ctx, file, name, code)
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, c.options.DatabaseURL)
	if err != nil {
		return err
	}
	defer st.Close()
	// As a server would at its start: which of the two comes first makes no difference.
	made, err := mockidp.Seed(ctx, st, c.options.Seed, c.options.Client)
	if err != nil {
		return err
	}
	if made {
		fmt.Fprintf(stdout, madeText, c.options.DatabaseURL, c.options.Seed)
	}
	if !replace {
		if err := wouldLoseDraft(ctx, st, name, file, code); err != nil {
			return err
		}
	}
	if err := mockidp.Deploy(ctx, st, name, code); err != nil {
		return err
	}
	for _, w := range warnings {
		fmt.Fprintf(stderr, "mockidp: warning: %s:%d: %s\n", file, w.Line, w.Text)
	}
	return tell(ctx, stdout, st, name)
}

// madeText says that the database was a new one, which may be a slip.
const madeText = `%s was empty. It has the application and the users of the seed %q now, as after
the start of a server. If your server runs on another database, name that one:
--database-url file:PATH
`

// wouldLoseDraft is an error when the Action's draft is neither code nor in any of its
// versions: somebody's work in the dashboard, which deploying the file would replace.
func wouldLoseDraft(ctx context.Context, st *store.Store, name, file, code string) error {
	a, err := st.ActionByName(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || a.Code == code {
		return err
	}
	versions, err := st.Versions(ctx, a.ID)
	if err != nil || slices.ContainsFunc(versions, func(v *store.Version) bool { return v.Code == a.Code }) {
		return err
	}
	return fmt.Errorf("not deployed: the Action %s has a draft of %s that was never deployed, and %s would replace it. Deploy that one first, in the dashboard, or say --replace-draft",
		name, a.UpdatedAt.UTC().Format("2006-01-02 15:04 UTC"), file)
}

// check compiles the code in a worker, as every Deploy must.
func check(ctx context.Context, file, name, code string) ([]actions.Warning, error) {
	runner, err := actions.New(actions.Config{Workers: 1})
	if err != nil {
		return nil, err
	}
	defer runner.Close()
	warnings, err := runner.Check(ctx, name, code)
	if se, ok := errors.AsType[*actions.SyntaxError](err); ok {
		text := fmt.Sprintf("not deployed: %s: %s", file, se.Message)
		if se.Line > 0 {
			text = fmt.Sprintf("not deployed: %s:%d:%d: %s", file, se.Line, se.Column, se.Message)
		}
		if se.Text != "" {
			text += "\n  " + se.Text
		}
		if se.Hint != "" {
			text += "\n  hint: " + se.Hint
		}
		return nil, errors.New(text)
	}
	return warnings, err
}

// tell says what the next login runs.
func tell(ctx context.Context, w io.Writer, st *store.Store, name string) error {
	flow, err := st.Flow(ctx, mockidp.Trigger)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "deployed %s. The next login runs:\n", name)
	for i, v := range flow {
		fmt.Fprintf(w, "  %d  %s v%d\n", i+1, v.Name, v.Number)
	}
	return nil
}
