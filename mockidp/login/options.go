package login

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// group is the locations of one heading.
type group struct {
	Name      string
	Locations []Location
}

// groups cuts places where the group's name changes; they come group by group.
func groups(places []Location) (gs []group) {
	start := 0
	for i := range places {
		if i+1 == len(places) || places[i+1].Group != places[start].Group {
			gs = append(gs, group{places[start].Group, places[start : i+1]})
			start = i + 1
		}
	}
	return gs
}

// options is the picker's locations as HTML. They are half of the page's
// elements and the same on every page, so they are rendered once.
type options struct {
	places []Location // what they were made from
	html   string
}

// optionsOf returns the options of places: those of the last page while the list
// is the same. Comparing costs a microsecond, rendering thirty.
func (l *Login) optionsOf(ctx context.Context, places []Location) (*options, error) {
	if last := l.options.Load(); last != nil && slices.Equal(last.places, places) {
		return last, nil
	}
	var b strings.Builder
	if err := locationOptions(groups(places)).Render(ctx, &b); err != nil {
		return nil, err
	}
	o := &options{places: slices.Clone(places), html: b.String()}
	l.options.Store(o)
	return o, nil
}

// Select is the options with the one of address selected, if it is there.
func (o *options) Select(address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		// Labels are escaped, so this text stands where an option begins and nowhere else.
		begin := `<option value="` + address + `"`
		parts := []string{o.html}
		if i := strings.Index(o.html, begin); i >= 0 {
			i += len(begin)
			parts = []string{o.html[:i], " selected", o.html[i:]}
		}
		for _, part := range parts {
			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	})
}
