package mockidp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// newLogoutSender makes what posts logout tokens to applications (Back-Channel
// Logout 1.0 section 2.5). The address is one that somebody registered for an
// application, so applications on this machine and on private networks are reached,
// by plain http too. What no application lives at is refused after the name was
// resolved: link-local addresses, where cloud machines serve their credentials, and
// multicast. It asks no proxy, follows no redirect, and reads nothing of the answer but its
// status. connectTo replaces the "host:port" that is dialled, as in containers.
func newLogoutSender(connectTo map[string]string) func(ctx context.Context, address, token string) error {
	dialer := &net.Dialer{Control: refuseSpecial}
	client := &http.Client{ // the context of each request says how long it may take
		Transport: &http.Transport{
			Proxy:             nil,
			DisableKeepAlives: true, // so that every request passes the check
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if other, ok := connectTo[addr]; ok {
					addr = other
				}
				return dialer.DialContext(ctx, network, addr)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context, address, token string) error {
		body := strings.NewReader(url.Values{"logout_token": {token}}.Encode())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, _ = io.CopyN(io.Discard, res.Body, 4<<10) // lets the application finish; nothing of it is needed
		// Section 2.8: 200; some frameworks make 204 of an empty answer.
		if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent {
			return fmt.Errorf("expected status 200 from %s, got %d", address, res.StatusCode)
		}
		return nil
	}
}

func refuseSpecial(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if a := ap.Addr().Unmap(); a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return fmt.Errorf("%s is no address of an application", a)
	}
	return nil
}
