package actions

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"

	"github.com/dop251/goja"
	"github.com/go-jose/go-jose/v4"
)

// hostKeyExport writes a key: key, format ("pem", "der", "jwk" or "raw"), type
// ("pkcs1", "pkcs8", "sec1" or "spki"). PEM and JWK are text, the others bytes.
func hostKeyExport(w *world, args hostArgs) goja.Value {
	k, format, kind := args.key(w, 0), args.text(1), args.text(2)
	switch {
	case format == "jwk":
		return w.rt.ToValue(k.jwk(w))
	case format == "raw":
		return w.arrayBuffer(k.point(w))
	}
	der, label, err := k.der(kind)
	if err != nil {
		w.throw("Error", err.Error())
	}
	if format == "der" {
		return w.arrayBuffer(der)
	}
	return w.rt.ToValue(string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})))
}

// der is the key in one of the ASN.1 formats, and what PEM calls that.
func (k *cryptoKey) der(kind string) (der []byte, label string, err error) {
	switch kind {
	case "spki":
		der, err = x509.MarshalPKIXPublicKey(k.public)
		return der, "PUBLIC KEY", err
	case "pkcs8":
		if k.private != nil {
			der, err = x509.MarshalPKCS8PrivateKey(k.private)
			return der, "PRIVATE KEY", err
		}
	case "pkcs1":
		if p, ok := k.private.(*rsa.PrivateKey); ok {
			return x509.MarshalPKCS1PrivateKey(p), "RSA PRIVATE KEY", nil
		}
		if p, ok := k.public.(*rsa.PublicKey); ok && k.private == nil {
			return x509.MarshalPKCS1PublicKey(p), "RSA PUBLIC KEY", nil
		}
	case "sec1":
		if p, ok := k.private.(*ecdsa.PrivateKey); ok {
			der, err = x509.MarshalECPrivateKey(p)
			return der, "EC PRIVATE KEY", err
		}
	}
	return nil, "", scriptError("The property 'options.type' is invalid for this key. Received '" + kind + "'")
}

// jwk is the key as JSON (RFC 7517).
func (k *cryptoKey) jwk(w *world) string {
	key := jose.JSONWebKey{Key: k.private}
	switch {
	case k.secret != nil:
		key.Key = k.secret
	case k.private == nil:
		key.Key = k.public
	}
	b, err := key.MarshalJSON()
	if err != nil {
		w.throwCode("Error", "ERR_CRYPTO_JWK_UNSUPPORTED_KEY_TYPE", "Unsupported JWK Key Type: "+err.Error())
	}
	return string(b)
}

// point is a secret's bytes, or a public key as subtle.exportKey("raw") gives it.
func (k *cryptoKey) point(w *world) []byte {
	if k.secret != nil {
		return append([]byte{}, k.secret...)
	}
	switch p := k.public.(type) {
	case ed25519.PublicKey:
		return append([]byte{}, p...)
	case *ecdh.PublicKey:
		return p.Bytes()
	case *ecdsa.PublicKey:
		if b, err := p.Bytes(); err == nil {
			return b
		}
	}
	w.throw("Error", "The key can't be exported in the format raw")
	return nil
}
