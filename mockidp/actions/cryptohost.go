package actions

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"github.com/dop251/goja"
)

const maxRandom = 1 << 20

// hostRandom gives n random bytes from the operating system.
func hostRandom(w *world, args hostArgs) goja.Value {
	n := args.at(0).ToInteger()
	if n < 0 || n > maxRandom {
		w.throw("RangeError", `The value of "size" is out of range. It must be >= 0 and <= 1048576.`)
	}
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand)
	return w.arrayBuffer(b)
}

// hostHash is a digest, or a MAC with a key: algorithm, buffer, offset, length,
// then the key's buffer, offset, length or undefined.
func hostHash(w *world, args hostArgs) goja.Value {
	create := digests(args.text(0))
	if create == nil {
		w.throw("Error", "Digest method not supported")
	}
	h := create()
	if !goja.IsUndefined(args.at(4)) {
		h = hmac.New(create, args.bytes(w, 4))
	}
	h.Write(args.bytes(w, 1))
	return w.arrayBuffer(h.Sum(nil))
}

// hostDigest tells whether there is a digest of that name.
func hostDigest(w *world, args hostArgs) goja.Value {
	return w.rt.ToValue(digests(args.text(0)) != nil)
}

// digests knows OpenSSL's names; MD5 and SHA-1 are here because Actions sign
// requests to old services with them.
func digests(name string) func() hash.Hash {
	switch name {
	case "sha256", "sha-256", "rsa-sha256":
		return sha256.New
	case "sha512", "sha-512", "rsa-sha512":
		return sha512.New
	case "sha384", "sha-384", "rsa-sha384":
		return sha512.New384
	case "sha224":
		return sha256.New224
	case "sha1", "sha-1", "rsa-sha1":
		return sha1.New
	case "md5":
		return md5.New
	}
	return nil
}
