package mockidp_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// payloadOf returns the payload of a JWT without verifying it.
func payloadOf(jwt string) (map[string]any, error) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a JWT: %q", jwt)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	var m map[string]any
	return m, json.Unmarshal(raw, &m)
}

// decode is payloadOf for a token that must be one.
func decode(t *testing.T, jwt string) map[string]any {
	t.Helper()
	m, err := payloadOf(jwt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
