package dashboard

import (
	"encoding/json"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

// helpPath is a member of the event with the value that it has in the test event.
type helpPath struct{ Path, Value string }

// helpPaths is the runtime's own table of the event with the values of the event
// at hand, which is the one in the Test pane. Objects are left out: their members
// are there.
func helpPaths(event string) []helpPath {
	var root any
	known := json.Unmarshal([]byte(event), &root) == nil
	all := actions.EventPaths()
	var list []helpPath
	for i, path := range all {
		if i+1 < len(all) && strings.HasPrefix(all[i+1], path+".") {
			continue
		}
		p := helpPath{Path: path}
		if known {
			p.Value = valueAt(root, strings.Split(path, ".")[1:])
		}
		list = append(list, p)
	}
	return list
}

// valueAt is the value below root as JSON, short; "" when there is none.
func valueAt(root any, path []string) string {
	for _, name := range path {
		object, ok := root.(map[string]any)
		if !ok {
			return ""
		}
		if root, ok = object[name]; !ok {
			return ""
		}
	}
	text, err := json.Marshal(root)
	if err != nil {
		return ""
	}
	const long = 60
	if r := []rune(string(text)); len(r) > long {
		return string(r[:long]) + "…"
	}
	return string(text)
}
