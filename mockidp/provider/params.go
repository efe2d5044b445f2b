package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// single checks that no parameter is repeated (RFC 6749 section 3.1) and that
// all are text that can be stored and echoed unchanged.
func single(v url.Values) error {
	for name, values := range v {
		if len(values) > 1 {
			return refuse(invalidRequest, "parameter %q is repeated", truncate(name, 60))
		}
		for _, s := range []string{name, values[0]} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return refuse(invalidRequest, "parameter %q is not valid text", truncate(strings.ToValidUTF8(name, "?"), 60))
			}
		}
	}
	return nil
}

// bodyParams reads the parameters of a request to the token, revocation or
// introspection endpoint: a form (RFC 6749 section 4.1.3) or, as Auth0 also
// takes, a JSON object.
func bodyParams(r *http.Request) (url.Values, error) {
	// Credentials in an address end up in logs (RFC 6749 section 2.3.1).
	query := r.URL.Query()
	for _, name := range []string{"client_secret", "client_id", "grant_type", "code", "code_verifier", "refresh_token", "token", "redirect_uri", "username", "password"} {
		if query.Has(name) {
			return nil, refuse(invalidRequest, "%s belongs in the body, not in the query", name)
		}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	var v url.Values
	switch kind {
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return nil, bodyError(err)
		}
		v = r.PostForm
	case "application/json":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, bodyError(err)
		}
		if v, err = jsonParams(body); err != nil {
			return nil, err
		}
	default:
		return nil, refuse(invalidRequest, "expected Content-Type application/x-www-form-urlencoded or application/json, got %q", kind)
	}
	return v, single(v)
}

// bodyError turns a failure to read a body into an answer.
func bodyError(err error) error {
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &oauthError{Code: invalidRequest, Status: http.StatusRequestEntityTooLarge,
			Text: "the body is longer than " + strconv.FormatInt(tooLong.Limit, 10) + " bytes"}
	}
	return refuse(invalidRequest, "the parameters are malformed")
}

// jsonParams reads a flat JSON object. Numbers and booleans count as their text,
// null as absent. A name that stands twice yields two values, for single to see.
func jsonParams(body []byte) (url.Values, error) {
	malformed := refuse(invalidRequest, "the body is not a JSON object of strings")
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, malformed
	}
	v := url.Values{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, malformed
		}
		value, err := d.Token()
		if err != nil {
			return nil, malformed
		}
		switch value := value.(type) {
		case string:
			v.Add(name.(string), value)
		case json.Number:
			v.Add(name.(string), value.String())
		case bool:
			v.Add(name.(string), strconv.FormatBool(value))
		case nil:
		default: // an object or an array begins
			return nil, malformed
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, malformed
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, malformed
	}
	return v, nil
}
