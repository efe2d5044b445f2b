package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// The pages of the navigation, below [Path].
const (
	startPath = ""
)

// menu is the navigation. Its labels are the workshop's, which are Auth0's.
func (d *Dashboard) menu() []ui.MenuGroup {
	link := func(label, path string) ui.Link { return ui.Link{Label: label, URL: d.root + path} }
	return []ui.MenuGroup{
		{Links: []ui.Link{link("Getting Started", startPath)}},
	}
}

// frame is what stands around a page; path is that of its entry in the menu.
func (d *Dashboard) frame(r *http.Request, title, path string, scripts ...string) (ui.Frame, error) {
	clients, err := d.cfg.Store.Clients(r.Context())
	if err != nil {
		return ui.Frame{}, err
	}
	f := ui.Frame{
		Title: title, Base: d.cfg.BasePath, Menu: d.menu(), Here: d.root + path,
		Scripts: append([]string{"dashboard.js"}, scripts...),
	}
	if i := slices.IndexFunc(clients, func(c *store.Client) bool { return homeOf(c) != "" }); i >= 0 {
		f.App = ui.Link{Label: clients[i].Name, URL: homeOf(clients[i])}
	}
	return f, nil
}

// homeOf is where an application's start page is, as far as its registration
// tells; "" for one that is no web site.
func homeOf(c *store.Client) string {
	for _, uri := range c.RedirectURIs {
		if u, err := url.Parse(uri); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			return u.Scheme + "://" + u.Host + "/"
		}
	}
	return ""
}

// exact is an instant as the pages say it where no script puts it into the
// reader's own zone.
func exact(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") }

// machine is an instant for the attribute datetime.
func machine(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// count is a number with its noun: "1 claim", "3 claims".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
