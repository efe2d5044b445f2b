package views_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"example.com/postlogin/views"
	"github.com/a-h/templ"
)

// TestOnceKeepsWhatItRendered: the second page gets the bytes of the first, and what
// failed is tried again.
func TestOnceKeepsWhatItRendered(t *testing.T) {
	fails, rendered := true, 0
	c := views.Once(templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if fails {
			_, _ = io.WriteString(w, "half a p")
			return errors.New("no more")
		}
		rendered++
		_, err := io.WriteString(w, "<p>kept</p>")
		return err
	}))
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err == nil || b.Len() > 0 {
		t.Errorf("a component that fails wrote %q and returned %v", b.String(), err)
	}
	fails = false
	for range 3 {
		b.Reset()
		if err := c.Render(t.Context(), &b); err != nil || b.String() != "<p>kept</p>" {
			t.Errorf("Render wrote %q and returned %v", b.String(), err)
		}
	}
	if rendered != 1 {
		t.Errorf("it was rendered %d times, want once", rendered)
	}
}

// TestOnceForManyAtTheSameTime means something with the race detector.
func TestOnceForManyAtTheSameTime(t *testing.T) {
	want := strings.Builder{}
	if err := views.TokenInspector(checks(), idToken()).Render(t.Context(), &want); err != nil {
		t.Fatal(err)
	}
	c := views.Once(views.TokenInspector(checks(), idToken()))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var b strings.Builder
			if err := c.Render(t.Context(), &b); err != nil || b.String() != want.String() {
				t.Errorf("Render wrote %d bytes and returned %v, want %d bytes", b.Len(), err, want.Len())
			}
		})
	}
	all.Wait()
}
