package actions

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/dop251/goja"
	"github.com/go-jose/go-jose/v4"
)

// A cryptoKey is a key that JavaScript holds but can't look into. Exactly one
// of its fields is set, or private and public both.
type cryptoKey struct {
	secret  []byte
	private crypto.PrivateKey // *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey or *ecdh.PrivateKey (X25519)
	public  crypto.PublicKey
}

// What a key may be. Calculating with larger ones takes so long that a worker
// would have to be killed for it.
const (
	maxKeyText      = 64 << 10 // bytes of PEM, DER or JSON
	maxRSABits      = 8192     // of a key that is given
	maxRSAGenerated = 3072     // of one that is made here
	minRSABits      = 1024     // what Go's library takes
)

// The message and code of OpenSSL for text that is no key; libraries look at it.
const noKeyText = "error:1E08010C:DECODER routines::unsupported"

// throwCode throws an error with a code, as Node's own errors have.
func (w *world) throwCode(class, code, message string) {
	e := w.newError(class, message)
	e.Set("code", code)
	panic(e)
}

// key is argument i as a key made by hostKeyImport.
func (a hostArgs) key(w *world, i int) *cryptoKey {
	if k, ok := a.at(i).Export().(*cryptoKey); ok {
		return k
	}
	w.throw("TypeError", "expected a key")
	return nil
}

// hostKeyImport makes a key: format ("pem", "pkcs1", "pkcs8", "sec1", "spki",
// "jwk", "secret", or "raw" for a public point), wanted ("public", "private" or
// ""), buffer, offset, length, curve (of a raw key).
func hostKeyImport(w *world, args hostArgs) goja.Value {
	format, wanted, b := args.text(0), args.text(1), args.bytes(w, 2)
	if format == "secret" {
		return w.rt.ToValue(&cryptoKey{secret: append([]byte{}, b...)})
	}
	if len(b) > maxKeyText {
		w.throw("RangeError", fmt.Sprintf("a key of more than %d bytes is not supported by this emulator", maxKeyText))
	}
	k, err := parseKey(format, b, args.text(5))
	switch {
	case err == nil:
		err = k.restrict(wanted)
	case format == "jwk":
		w.throwCode("Error", "ERR_CRYPTO_INVALID_JWK", "Invalid JWK data: "+err.Error())
	}
	if refused, ok := err.(scriptError); ok {
		w.throw("Error", refused.Error())
	} else if err != nil {
		w.throwCode("Error", "ERR_OSSL_UNSUPPORTED", noKeyText)
	}
	return w.rt.ToValue(k)
}

// parseKey reads a key in one of the formats of hostKeyImport. An error of type
// scriptError tells its reason to the author.
func parseKey(format string, b []byte, curve string) (*cryptoKey, error) {
	switch format {
	case "pem":
		return parsePEM(b)
	case "jwk":
		return parseJWK(b)
	case "raw":
		return parsePoint(b, curve)
	case "spki":
		return publicKey(x509.ParsePKIXPublicKey(b))
	case "pkcs1":
		if k, err := x509.ParsePKCS1PublicKey(b); err == nil {
			return &cryptoKey{public: k}, nil
		}
		return privateKey(x509.ParsePKCS1PrivateKey(b))
	case "pkcs8":
		return privateKey(x509.ParsePKCS8PrivateKey(b))
	case "sec1":
		return privateKey(x509.ParseECPrivateKey(b))
	}
	return nil, scriptError(fmt.Sprintf("keys in the format %q are not supported by this emulator yet", format))
}

func publicKey(k any, err error) (*cryptoKey, error) { return &cryptoKey{public: k}, err }

func privateKey[K crypto.PrivateKey](k K, err error) (*cryptoKey, error) {
	if err != nil {
		return nil, err
	}
	own, ok := any(k).(interface{ Public() crypto.PublicKey })
	if !ok {
		return nil, scriptError(fmt.Sprintf("keys of the kind %T are not supported by this emulator", k))
	}
	return &cryptoKey{private: k, public: own.Public()}, nil
}

// parsePEM takes the first block that is a key (RFC 7468); OpenSSL writes the
// parameters of a curve before its key.
func parsePEM(text []byte) (*cryptoKey, error) {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return nil, fmt.Errorf("no PEM block")
		}
		if block.Headers["Proc-Type"] != "" {
			return nil, scriptError("encrypted private keys are not supported by this emulator: use one without a passphrase")
		}
		switch block.Type {
		case "PUBLIC KEY":
			return parseKey("spki", block.Bytes, "")
		case "RSA PUBLIC KEY", "RSA PRIVATE KEY":
			return parseKey("pkcs1", block.Bytes, "")
		case "PRIVATE KEY":
			return parseKey("pkcs8", block.Bytes, "")
		case "EC PRIVATE KEY":
			return parseKey("sec1", block.Bytes, "")
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, err
			}
			return &cryptoKey{public: c.PublicKey}, nil
		case "ENCRYPTED PRIVATE KEY":
			return nil, scriptError("encrypted private keys are not supported by this emulator: use one without a passphrase")
		}
		text = rest
	}
}

// parseJWK reads a JSON Web Key (RFC 7517).
func parseJWK(b []byte) (*cryptoKey, error) {
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(b); err != nil {
		return nil, err
	}
	switch key := k.Key.(type) {
	case []byte:
		return &cryptoKey{secret: key}, nil
	case *rsa.PrivateKey:
		return privateKey(key, key.Validate())
	case *ecdsa.PrivateKey:
		_, err := key.ECDH() // checks that the point is on the curve and belongs to d
		return privateKey(key, err)
	case ed25519.PrivateKey:
		return privateKey(key, nil)
	}
	return &cryptoKey{public: k.Key}, nil
}

// parsePoint reads a public key as subtle.importKey("raw") gets it.
func parsePoint(b []byte, curve string) (*cryptoKey, error) {
	switch curve {
	case "Ed25519":
		if len(b) == ed25519.PublicKeySize {
			return &cryptoKey{public: ed25519.PublicKey(append([]byte{}, b...))}, nil
		}
	case "X25519":
		return publicKey(ecdh.X25519().NewPublicKey(b))
	default:
		if c := ellipticCurve(curve); c != nil {
			return publicKey(ecdsa.ParseUncompressedPublicKey(c, b))
		}
	}
	return nil, fmt.Errorf("no point of %s", curve)
}

// ellipticCurve knows the names of both WebCrypto and OpenSSL; nil for others.
func ellipticCurve(name string) elliptic.Curve {
	switch name {
	case "P-256", "prime256v1", "secp256r1":
		return elliptic.P256()
	case "P-384", "secp384r1":
		return elliptic.P384()
	case "P-521", "secp521r1":
		return elliptic.P521()
	}
	return nil
}

// restrict checks that the key is one that this program can use, and makes it
// public when that is wanted.
func (k *cryptoKey) restrict(wanted string) error {
	if k.secret != nil {
		return nil
	}
	switch p := k.public.(type) {
	case *rsa.PublicKey:
		if bits := p.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return scriptError(fmt.Sprintf("an RSA key of %d bits is not supported by this emulator: it takes %d to %d", bits, minRSABits, maxRSABits))
		}
	case *ecdsa.PublicKey:
		if ellipticCurve(p.Curve.Params().Name) == nil {
			return scriptError(fmt.Sprintf("the curve %s is not supported by this emulator", p.Curve.Params().Name))
		}
	case ed25519.PublicKey, *ecdh.PublicKey:
	default:
		return scriptError(fmt.Sprintf("keys of the kind %T are not supported by this emulator", p))
	}
	switch {
	case wanted == "private" && k.private == nil:
		return fmt.Errorf("a public key")
	case wanted == "public":
		k.private = nil
	}
	return nil
}

// hostKeyInfo describes a key: type, kind, and what its kind has.
func hostKeyInfo(w *world, args hostArgs) goja.Value {
	k, o := args.key(w, 0), w.rt.NewObject()
	if k.secret != nil {
		o.Set("type", "secret")
		o.Set("size", len(k.secret))
		return o
	}
	o.Set("type", "public")
	if k.private != nil {
		o.Set("type", "private")
	}
	switch p := k.public.(type) {
	case *rsa.PublicKey:
		o.Set("kind", "rsa")
		o.Set("bits", p.N.BitLen())
		o.Set("exponent", p.E)
	case *ecdsa.PublicKey:
		o.Set("kind", "ec")
		o.Set("curve", p.Curve.Params().Name)
	case ed25519.PublicKey:
		o.Set("kind", "ed25519")
	case *ecdh.PublicKey:
		o.Set("kind", "x25519")
	}
	return o
}

// hostKeyPublic is the public half of a key.
func hostKeyPublic(w *world, args hostArgs) goja.Value {
	return w.rt.ToValue(&cryptoKey{public: args.key(w, 0).public})
}

// hostKeySame tells whether two keys are equal.
func hostKeySame(w *world, args hostArgs) goja.Value {
	a, b := args.key(w, 0), args.key(w, 1)
	return w.rt.ToValue(a.same(b))
}

func (k *cryptoKey) same(other *cryptoKey) bool {
	if k.secret != nil || other.secret != nil {
		return string(k.secret) == string(other.secret) && (k.secret == nil) == (other.secret == nil)
	}
	p, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && p.Equal(other.public) && (k.private == nil) == (other.private == nil)
}
