package actions

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"math/big"

	"github.com/dop251/goja"
)

// How to sign, as JavaScript says it.
type signatureOptions struct {
	hash    crypto.Hash // 0: none, of Ed25519
	pss     bool
	salt    int  // of PSS, in bytes; Node's -1 (as the digest) and -2 (most, or found in the signature)
	compact bool // an ECDSA signature is r and s behind each other (IEEE P1363), not ASN.1
}

// signatureOptions reads arguments i and following: hash, "pss" or "pkcs1",
// length of salt, "ieee-p1363" or "der".
func (a hostArgs) signatureOptions(w *world, i int) signatureOptions {
	o := signatureOptions{pss: a.text(i+1) == "pss", salt: int(a.at(i + 2).ToInteger()), compact: a.text(i+3) == "ieee-p1363"}
	if name := a.text(i); name != "" {
		if o.hash = hashNumber(name); o.hash == 0 {
			w.throw("Error", "Invalid digest: "+name)
		}
	}
	return o
}

// hashNumber is the number that Go's signatures know a digest by; 0 for none.
func hashNumber(name string) crypto.Hash {
	switch create := digests(name); {
	case create == nil:
		return 0
	default:
		return map[int]crypto.Hash{16: crypto.MD5, 20: crypto.SHA1, 28: crypto.SHA224, 32: crypto.SHA256, 48: crypto.SHA384, 64: crypto.SHA512}[create().Size()]
	}
}

func (o *signatureOptions) sum(data []byte) []byte {
	h := o.hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func (o *signatureOptions) pssOptions() *rsa.PSSOptions {
	p := &rsa.PSSOptions{SaltLength: o.salt, Hash: o.hash}
	switch o.salt {
	case -1:
		p.SaltLength = rsa.PSSSaltLengthEqualsHash
	case -2:
		p.SaltLength = rsa.PSSSaltLengthAuto
	}
	return p
}

// hostKeySign signs: key, the four arguments of signatureOptions, then buffer,
// offset, length of the data (not of its digest).
func hostKeySign(w *world, args hostArgs) goja.Value {
	k, o := args.key(w, 0), args.signatureOptions(w, 1)
	b, err := k.sign(&o, args.bytes(w, 5))
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.arrayBuffer(b)
}

var (
	errNoPrivate = scriptError("a private key is needed to sign")
	errNoDigest  = scriptError("this kind of key signs with a digest: name one, such as sha256")
	errOnlyPlain = scriptError("Ed25519 signs without a digest: pass null")
	errNoSigning = scriptError("operation not supported for this keytype")
)

func (k *cryptoKey) sign(o *signatureOptions, data []byte) ([]byte, error) {
	if k.private == nil {
		return nil, errNoPrivate
	}
	if key, ok := k.private.(ed25519.PrivateKey); ok {
		if o.hash != 0 {
			return nil, errOnlyPlain
		}
		return ed25519.Sign(key, data), nil
	}
	if o.hash == 0 {
		return nil, errNoDigest
	}
	switch key := k.private.(type) {
	case *rsa.PrivateKey:
		if o.pss {
			return rsa.SignPSS(rand.Reader, key, o.hash, o.sum(data), o.pssOptions())
		}
		return rsa.SignPKCS1v15(nil, key, o.hash, o.sum(data))
	case *ecdsa.PrivateKey:
		b, err := ecdsa.SignASN1(rand.Reader, key, o.sum(data))
		if err == nil && o.compact {
			b, err = compactSignature(b, curveBytes(&key.PublicKey))
		}
		return b, err
	}
	return nil, errNoSigning
}

// hostKeyVerify checks a signature: the arguments of hostKeySign, then buffer,
// offset, length of the signature.
func hostKeyVerify(w *world, args hostArgs) goja.Value {
	k, o := args.key(w, 0), args.signatureOptions(w, 1)
	ok, err := k.verify(&o, args.bytes(w, 5), args.bytes(w, 8))
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.rt.ToValue(ok)
}

func (k *cryptoKey) verify(o *signatureOptions, data, signature []byte) (bool, error) {
	if key, ok := k.public.(ed25519.PublicKey); ok {
		if o.hash != 0 {
			return false, errOnlyPlain
		}
		return ed25519.Verify(key, data, signature), nil
	}
	if o.hash == 0 {
		return false, errNoDigest
	}
	switch key := k.public.(type) {
	case *rsa.PublicKey:
		if o.pss {
			return rsa.VerifyPSS(key, o.hash, o.sum(data), signature, o.pssOptions()) == nil, nil
		}
		return rsa.VerifyPKCS1v15(key, o.hash, o.sum(data), signature) == nil, nil
	case *ecdsa.PublicKey:
		if o.compact {
			var err error
			if signature, err = longSignature(signature, curveBytes(key)); err != nil {
				return false, nil // of the wrong length: Node says that it is not valid
			}
		}
		return ecdsa.VerifyASN1(key, o.sum(data), signature), nil
	}
	return false, errNoSigning
}

// curveBytes is the size of a coordinate.
func curveBytes(k *ecdsa.PublicKey) int { return (k.Curve.Params().BitSize + 7) / 8 }

// An ECDSA signature is two numbers.
type ecdsaSignature struct{ R, S *big.Int }

// compactSignature makes r and s of size bytes each of an ASN.1 signature.
func compactSignature(der []byte, size int) ([]byte, error) {
	var n ecdsaSignature
	if _, err := asn1.Unmarshal(der, &n); err != nil {
		return nil, err
	}
	b := make([]byte, 2*size)
	n.R.FillBytes(b[:size])
	n.S.FillBytes(b[size:])
	return b, nil
}

// longSignature is the way back.
func longSignature(b []byte, size int) ([]byte, error) {
	if len(b) != 2*size {
		return nil, errors.New("wrong length")
	}
	return asn1.Marshal(ecdsaSignature{new(big.Int).SetBytes(b[:size]), new(big.Int).SetBytes(b[size:])})
}

// hostKeyCrypt encrypts or decrypts with RSA-OAEP (RFC 8017, 7.1): key,
// "encrypt" or "decrypt", hash, buffer, offset, length of the data, and of the label.
func hostKeyCrypt(w *world, args hostArgs) goja.Value {
	k, create := args.key(w, 0), digests(args.text(2))
	if create == nil {
		w.throw("Error", "Invalid digest: "+args.text(2))
	}
	data, label := args.bytes(w, 3), args.bytes(w, 6)
	var b []byte
	err := error(scriptError("an RSA key is needed; decryption needs a private one"))
	switch {
	case args.text(1) == "encrypt":
		if key, ok := k.public.(*rsa.PublicKey); ok {
			b, err = rsa.EncryptOAEP(create(), rand.Reader, key, data, label)
		}
	default:
		if key, ok := k.private.(*rsa.PrivateKey); ok {
			if b, err = rsa.DecryptOAEP(create(), nil, key, data, label); err != nil {
				w.throwCode("Error", "ERR_OSSL_RSA_OAEP_DECODING_ERROR", "error:02000079:rsa routines::oaep decoding error")
			}
		}
	}
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.arrayBuffer(b)
}
