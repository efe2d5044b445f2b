package dashboard

import (
	"embed"
	"net/http"
	"sync"

	"example.com/postlogin/mockidp/ui"
)

const templatesPath = libraryPath + "/templates"

//go:embed templates/*.js
var templateFiles embed.FS

// codeOf panics where an embedded file is missing, which the first test finds.
func codeOf(name string) string {
	code, err := templateFiles.ReadFile("templates/" + name + ".js")
	if err != nil {
		panic(err)
	}
	return string(code)
}

// template is code to begin an Action with.
type template struct {
	ID   string // also the name that is proposed for the Action
	Name string
	Text string
	Code string
}

// templates are all there are.
var templates = sync.OnceValue(func() []template {
	list := []template{
		{ID: "add-claims", Name: "Add claims to the ID token", Text: "Puts the number of logins and the user's plan into the token that the application gets."},
		{ID: "deny-by-country", Name: "Deny by country", Text: "Ends the login with a message when it comes from one of some countries."},
		{ID: "ask-for-a-second-factor", Name: "Ask for a second factor", Text: "Asks for a second factor when somebody logs in from a country for the first time."},
		{ID: "ask-for-missing-data", Name: "Ask for missing data", Text: "Sends people to another page after the login, once, and stores what that page answers (progressive profiling)."},
		{ID: "call-a-web-service", Name: "Call a web service", Text: "Looks a customer number up with axios and keeps it, so that the service is asked once for each user."},
	}
	for i := range list {
		list[i].Code = codeOf(list[i].ID)
	}
	return list
})

func templateByID(id string) (*template, error) {
	for _, t := range templates() {
		if t.ID == id {
			return &t, nil
		}
	}
	return nil, &pageError{status: http.StatusNotFound, Problem: ui.Problem{
		Title: "There is no such template", Detail: "The address names a template that does not exist.", Hint: "Choose one from the list of templates.",
	}}
}

type templatesView struct {
	ui.Frame
	Back, Create string
	Templates    []template
}

// templates lists the templates.
func (d *Dashboard) templates(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Choose a template", libraryPath)
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, templatesPage(templatesView{Frame: frame, Back: d.root + libraryPath, Create: d.root + createPath, Templates: templates()}))
}
