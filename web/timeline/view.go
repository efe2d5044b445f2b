package timeline

import (
	"strconv"
	"strings"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/words"
)

// View puts steps into a page.
func View(steps []Step) []views.Step {
	list := make([]views.Step, len(steps))
	for i, s := range steps {
		list[i] = views.Step{N: s.N, ID: s.ID, Channel: s.Channel, Title: s.Title, Text: s.Text, ConnectedTo: s.ConnectedTo, Lines: s.Lines, URL: s.Page,
			When: "+" + words.Groups(s.MS) + " ms", Request: strings.TrimSpace(s.Method + " " + s.URL), Sent: viewParameters(s.Sent), Got: viewParameters(s.Got)}
		if s.Page != "" {
			list[i].URLLabel = "Open this login at the identity provider"
		}
		if s.Channel == Inside {
			list[i].When = "meanwhile"
		}
		if s.TookMS > 0 {
			list[i].Took = words.Took(time.Duration(s.TookMS * float64(time.Millisecond)))
		}
		if s.Status > 0 {
			list[i].Answer = strconv.Itoa(s.Status)
		}
	}
	return list
}

func viewParameters(list []Parameter) []views.Parameter {
	out := make([]views.Parameter, len(list))
	for i, p := range list {
		out[i] = views.Parameter(p)
	}
	return out
}
