package mockidptest

import (
	"net/http"
	"net/url"
	"testing"

	"example.com/postlogin/mockidp/browse"
)

// Browser is a browse.Browser whose failures end the test.
type Browser struct {
	*browse.Browser
	t testing.TB
}

// NewBrowser returns a Browser with no cookies.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	b, err := browse.New(transport)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{b, t}
}

// Get opens target. Any status is a page: look at Status.
func (b *Browser) Get(target string) *Browser {
	b.t.Helper()
	if err := b.Browser.Get(b.t.Context(), target); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// Submit sends the page's first form. fields replace the values that the page
// holds; a key with no value leaves the control out, as an unticked box.
func (b *Browser) Submit(fields url.Values) *Browser {
	b.t.Helper()
	if err := b.Browser.Submit(b.t.Context(), fields); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// Text is the text of the element whose attribute "data-testid" is id.
func (b *Browser) Text(id string) string {
	b.t.Helper()
	n := b.Find("", id)
	if n == nil {
		b.t.Fatalf("%s (%d): nothing has data-testid=%q:\n%s", b.URL, b.Status, id, b.Body)
	}
	return browse.Text(n)
}
