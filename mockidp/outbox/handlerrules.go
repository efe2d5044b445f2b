package outbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

const (
	maxRules     = 100
	maxRulesJSON = 1 << 20 // bytes
	maxDelay     = time.Minute
)

// ruleJSON is the JSON form of a store.OutboxRule.
type ruleJSON struct {
	ID      string            `json:"id,omitempty"`
	Method  string            `json:"method"` // default "*"
	URL     string            `json:"url"`
	Status  *int64            `json:"status"`  // default 200
	Headers map[string]string `json:"headers"` // default: the content type of body
	Body    json.RawMessage   `json:"body"`    // a string is sent as it is, any other value as JSON; default {}
	DelayMS int64             `json:"delay_ms"`
	Times   int64             `json:"times"` // 0: any number
	Used    int64             `json:"used"`  // what Times has left is Times - Used
}

func toRuleJSON(r *store.OutboxRule) ruleJSON {
	// Without escapes, so that HTML stays readable.
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	enc.Encode(r.Body) // a string always encodes
	return ruleJSON{ID: r.ID, Method: r.Method, URL: r.URL, Status: &r.Status, Headers: object(r.Headers), Body: body.Bytes(), DelayMS: r.Delay.Milliseconds(), Times: r.Times, Used: r.Used}
}

// rule checks j and makes a new rule of it: id and used are not taken over.
func (j ruleJSON) rule() (*store.OutboxRule, error) {
	r := &store.OutboxRule{Method: strings.ToUpper(j.Method), URL: j.URL, Status: http.StatusOK, Headers: map[string]string{}, Times: j.Times, Delay: time.Duration(j.DelayMS) * time.Millisecond}
	if r.Method == "" {
		r.Method = "*"
	}
	if j.Status != nil {
		r.Status = *j.Status
	}
	switch {
	case parsePattern(j.URL).host == "":
		return nil, fmt.Errorf("url: expected a host or an address, with * for any characters, as in https://ntfy.sh/*, got %q", j.URL)
	case r.Status < 200 || r.Status > 599:
		return nil, fmt.Errorf("status: expected a number from 200 to 599, got %d", r.Status)
	case j.DelayMS < 0 || j.DelayMS > maxDelay.Milliseconds():
		return nil, fmt.Errorf("delay_ms: expected a number from 0 to %d, got %d", maxDelay.Milliseconds(), j.DelayMS)
	case j.Times < 0:
		return nil, fmt.Errorf("times: expected a number from 1, or 0 for always, got %d", j.Times)
	}
	for name, value := range j.Headers {
		if strings.ContainsAny(name+value, "\r\n\x00") || strings.Trim(name, headerNameChars) != "" || name == "" {
			return nil, fmt.Errorf("headers: %q: %q is no header", name, value)
		}
		r.Headers[strings.ToLower(name)] = value
	}
	return r, setBody(r, j.Body)
}

// headerNameChars are those of a token, RFC 9110 section 5.6.2.
const headerNameChars = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// setBody gives r its body and, where the rule names none, its content type.
func setBody(r *store.OutboxRule, body json.RawMessage) error {
	contentType := "application/json; charset=utf-8"
	switch {
	case r.Status == http.StatusNoContent || r.Status == http.StatusNotModified || r.Status == http.StatusResetContent:
		if len(body) > 0 && string(body) != `""` && string(body) != "null" {
			return fmt.Errorf("body: an answer with the status %d has none", r.Status) // RFC 9110 section 6.4.1
		}
		return nil
	case len(body) == 0:
		r.Body = "{}"
	case body[0] == '"':
		if err := json.Unmarshal(body, &r.Body); err != nil {
			return fmt.Errorf("body: %w", err)
		}
		if !json.Valid([]byte(r.Body)) {
			contentType = "text/plain; charset=utf-8"
		}
	default:
		var compact bytes.Buffer
		if err := json.Compact(&compact, body); err != nil {
			return fmt.Errorf("body: %w", err)
		}
		r.Body = compact.String()
	}
	if _, ok := r.Headers["content-type"]; !ok {
		r.Headers["content-type"] = contentType
	}
	return nil
}

// listRules answers GET /_mock/outbox/rules, and the requests that change them.
func (o *Outbox) listRules(r *http.Request) (any, error) {
	rules, err := o.store.OutboxRules(r.Context())
	if err != nil {
		return nil, err
	}
	out := make([]ruleJSON, len(rules))
	for i, rule := range rules {
		out[i] = toRuleJSON(rule)
	}
	return out, nil
}

// putRules answers PUT /_mock/outbox/rules: these rules and no others, all new.
func (o *Outbox) putRules(r *http.Request) (any, error) {
	var list []ruleJSON
	if err := readJSON(r, &list); err != nil {
		return nil, err
	}
	if len(list) > maxRules {
		return nil, badRule(fmt.Sprintf("expected at most %d rules, got %d", maxRules, len(list)))
	}
	rules := make([]*store.OutboxRule, len(list))
	for i, j := range list {
		rule, err := j.rule()
		if err != nil {
			return nil, badRule(fmt.Sprintf("rule %d: %v", i+1, err))
		}
		rules[i] = rule
	}
	if err := o.store.SetOutboxRules(r.Context(), rules); err != nil {
		return nil, err
	}
	return o.listRules(r)
}

// postRule answers POST /_mock/outbox/rules: one more rule, behind the others.
func (o *Outbox) postRule(r *http.Request) (any, error) {
	var j ruleJSON
	if err := readJSON(r, &j); err != nil {
		return nil, err
	}
	rule, err := j.rule()
	if err != nil {
		return nil, badRule(err.Error())
	}
	// Two at once may get past the limit, which only keeps a loop from filling the disk.
	if rules, err := o.store.OutboxRules(r.Context()); err != nil || len(rules) >= maxRules {
		if err == nil {
			err = badRule(fmt.Sprintf("there are %d rules already: replace them with PUT", len(rules)))
		}
		return nil, err
	}
	if err := o.store.AddOutboxRule(r.Context(), rule); err != nil {
		return nil, err
	}
	return o.listRules(r)
}

// clearRules answers DELETE /_mock/outbox/rules.
func (o *Outbox) clearRules(r *http.Request) (any, error) {
	return nil, o.store.SetOutboxRules(r.Context(), nil)
}

// readJSON reads the whole body into v and says what is wrong with it.
func readJSON(r *http.Request, v any) error {
	dec := json.NewDecoder(io.LimitReader(r.Body, maxRulesJSON))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return badRule("the body is not what was expected: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badRule("something follows the JSON value")
	}
	return nil
}

func badRule(message string) error {
	return &problem{http.StatusBadRequest, "invalid_rule", message}
}
