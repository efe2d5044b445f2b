package views

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"

	"github.com/a-h/templ"
)

// Once is c, rendered when it is first needed and repeated from memory after that. It
// is for what follows from a model that never changes: nothing in c may depend on the
// request, the clock or the context. Several requests may use it at the same time; of
// two that come first, both render. An error is returned and not kept.
func Once(c templ.Component) templ.Component {
	var kept atomic.Pointer[[]byte]
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		html := kept.Load()
		if html == nil {
			var b bytes.Buffer
			if err := c.Render(ctx, &b); err != nil {
				return err
			}
			made := bytes.Clone(b.Bytes()) // without the room that the buffer had to grow
			html = &made
			kept.Store(html)
		}
		_, err := w.Write(*html)
		return err
	})
}
