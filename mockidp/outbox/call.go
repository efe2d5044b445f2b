package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

// maxAnswer is how many bytes the body of an answer may have, unpacked.
const maxAnswer = 1 << 20

var errLarge = fmt.Errorf("the answer is larger than %d MB", maxAnswer>>20)

// call sends q to u and reads the whole answer. It follows no redirect.
func (o *Outbox) call(ctx context.Context, q actions.OutgoingRequest, u *url.URL) (res actions.OutgoingResponse, err error) {
	req, err := newRequest(ctx, q, u)
	if err != nil {
		return res, err
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "mockidp")
	}
	answer, err := o.transport.RoundTrip(req)
	if err != nil {
		return res, ended(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 599 {
		return res, fmt.Errorf("the answer has the status %d: expected 200 to 599", answer.StatusCode)
	}
	// One byte more than allowed tells a full answer from one that goes on.
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return res, ended(ctx, fmt.Errorf("the answer broke off: %w", err))
	case len(body) > maxAnswer:
		return res, errLarge
	}
	return actions.OutgoingResponse{
		Status:     answer.StatusCode,
		StatusText: strings.TrimPrefix(answer.Status, fmt.Sprint(answer.StatusCode, " ")),
		Headers:    answerHeader(answer.Header),
		Body:       string(body),
	}, nil
}

// newRequest is q for net/http. Credentials in the address become an
// Authorization header, unless q has one.
func newRequest(ctx context.Context, q actions.OutgoingRequest, u *url.URL) (*http.Request, error) {
	body := io.Reader(http.NoBody)
	if q.Body != "" {
		body = strings.NewReader(q.Body)
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, u.String(), body)
	if err != nil {
		return nil, errors.New("the method or the address of the request is not valid")
	}
	req.Header = requestHeader(q.Headers)
	if u.User != nil && req.Header.Get("Authorization") == "" {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
	return req, nil
}
