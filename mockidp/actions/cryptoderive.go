package actions

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/dop251/goja"
	"golang.org/x/crypto/scrypt"
)

// What one derivation may cost. Nothing can interrupt it, so it has to be over
// within a second or so; real Actions stay far below.
const (
	maxDerived    = 1 << 20   // bytes of a result
	maxIterations = 2_000_000 // of PBKDF2, times the blocks of its result
	maxScrypt     = 32 << 20  // bytes that scrypt works on, which is Node's default of maxmem
	maxScryptWork = 64 << 20  // bytes times parallelization
)

// hostDerive derives bytes: "pbkdf2", "hkdf" or "scrypt", hash, buffer, offset,
// length of the secret, of the salt and of the info, wanted length, then
// iterations, or N, r and p.
func hostDerive(w *world, args hostArgs) goja.Value {
	secret, salt, info := args.bytes(w, 2), args.bytes(w, 5), args.bytes(w, 8)
	n := args.at(11).ToInteger()
	if n < 0 || n > maxDerived {
		w.throw("RangeError", fmt.Sprintf("deriving %d bytes is not supported by this emulator: at most %d", n, maxDerived))
	}
	create := digests(args.text(1))
	if create == nil && args.text(0) != "scrypt" {
		w.throwCode("TypeError", "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: "+args.text(1))
	}
	var out []byte
	var err error
	switch args.text(0) {
	case "pbkdf2":
		rounds, size := args.at(12).ToInteger(), int64(create().Size())
		if blocks := (n + size - 1) / size; rounds < 1 || rounds > maxIterations || rounds*max(blocks, 1) > maxIterations {
			w.throw("RangeError", fmt.Sprintf("pbkdf2 with %d iterations for %d bytes is not supported by this emulator: it can't be interrupted, so at most %d iterations per block of the digest are made", rounds, n, maxIterations))
		}
		if n > 0 {
			out, err = pbkdf2.Key(create, string(secret), salt, int(rounds), int(n))
		}
	case "hkdf":
		if n > 255*int64(create().Size()) {
			w.throwCode("RangeError", "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
		}
		if n > 0 {
			out, err = hkdf.Key(create, secret, salt, string(info), int(n))
		}
	case "scrypt":
		out, err = w.scrypt(secret, salt, args, int(n))
	}
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.arrayBuffer(out)
}

func (w *world) scrypt(secret, salt []byte, args hostArgs, n int) ([]byte, error) {
	cost, size, parallel := args.at(12).ToInteger(), args.at(13).ToInteger(), args.at(14).ToInteger()
	const most = 1 << 24 // of each alone, so that the product can't overflow
	if cost < 2 || cost > most || cost&(cost-1) != 0 || size < 1 || size > most || parallel < 1 || parallel > most {
		w.throwCode("RangeError", "ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params")
	}
	if size > maxScrypt/128/cost || cost*size*128 > maxScryptWork/parallel {
		w.throwCode("RangeError", "ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: memory limit exceeded (this emulator works on 32 MB at most)")
	}
	if n == 0 {
		return nil, nil // Node's answer too; package scrypt panics
	}
	return scrypt.Key(secret, salt, int(cost), int(size), int(parallel), n)
}

// hostKeyAgree is the shared secret of a private and a public key (ECDH).
func hostKeyAgree(w *world, args hostArgs) goja.Value {
	private, err := agreementKey(args.key(w, 0).private)
	if err != nil {
		w.throw("Error", err.Error())
	}
	var public *ecdh.PublicKey
	switch p := args.key(w, 1).public.(type) {
	case *ecdsa.PublicKey:
		public, err = p.ECDH()
	case *ecdh.PublicKey:
		public = p
	}
	if err != nil || public == nil || public.Curve() != private.Curve() {
		w.throw("Error", "the keys of an agreement must be on the same curve")
	}
	secret, err := private.ECDH(public)
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.arrayBuffer(secret)
}

func agreementKey(k any) (*ecdh.PrivateKey, error) {
	switch k := k.(type) {
	case *ecdsa.PrivateKey:
		return k.ECDH()
	case *ecdh.PrivateKey:
		return k, nil
	}
	return nil, scriptError("a private key of a curve is needed for an agreement")
}

// hostKeyGenerate makes a private key: kind ("rsa", "ec", "ed25519", "x25519"),
// bits or curve.
func hostKeyGenerate(w *world, args hostArgs) goja.Value {
	var k *cryptoKey
	var err error
	switch args.text(0) {
	case "rsa":
		bits := args.at(1).ToInteger()
		if bits < minRSABits || bits > maxRSAGenerated {
			w.throw("RangeError", fmt.Sprintf("making an RSA key of %d bits is not supported by this emulator: it makes them of %d to %d", bits, minRSABits, maxRSAGenerated))
		}
		k, err = privateKey(rsa.GenerateKey(rand.Reader, int(bits)))
	case "ec":
		curve := ellipticCurve(args.text(1))
		if curve == nil {
			w.throwCode("TypeError", "ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name")
		}
		k, err = privateKey(ecdsa.GenerateKey(curve, rand.Reader))
	case "ed25519":
		_, private, failed := ed25519.GenerateKey(rand.Reader)
		k, err = privateKey(private, failed)
	case "x25519":
		k, err = privateKey(ecdh.X25519().GenerateKey(rand.Reader))
	default:
		w.throw("Error", fmt.Sprintf("making a key of the kind %s is not supported by this emulator yet", args.text(0)))
	}
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.rt.ToValue(k)
}
