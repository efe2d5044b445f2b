package actions

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/dop251/goja"
)

// cipherText is what one call of hostCipher works on.
type cipherText struct {
	block          cipher.Block
	iv, data, aad  []byte
	tag            []byte // of GCM when decrypting at the end
	decrypt, final bool
	withoutPadding bool // of CBC
}

// hostCipher encrypts or decrypts with AES: name ("aes-256-gcm", …), "encrypt"
// or "decrypt", whether this is all of the data, whether CBC is padded, then
// buffer, offset, length of key, iv, data, additional data and tag. It is given
// the whole data from the start each time, and returns all that can be told so
// far; when encrypting with GCM and at the end, followed by the tag.
func hostCipher(w *world, args hostArgs) goja.Value {
	name := args.text(0)
	key, mode := args.bytes(w, 4), name[strings.LastIndexByte(name, '-')+1:]
	if fmt.Sprintf("aes-%d-%s", len(key)*8, mode) != name {
		w.throwCode("RangeError", "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		w.throwCode("RangeError", "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
	}
	c := cipherText{block: block, decrypt: args.text(1) == "decrypt", final: args.at(2).ToBoolean(), withoutPadding: !args.at(3).ToBoolean(),
		iv: args.bytes(w, 7), data: args.bytes(w, 10), aad: args.bytes(w, 13), tag: args.bytes(w, 16)}
	if len(c.iv) == 0 || mode != "gcm" && len(c.iv) != aes.BlockSize {
		w.throwCode("TypeError", "ERR_CRYPTO_INVALID_IV", "Invalid initialization vector")
	}
	var out []byte
	switch mode {
	case "gcm":
		out, err = c.gcm()
	case "cbc":
		out, err = c.cbc()
	case "ctr":
		out = make([]byte, len(c.data))
		cipher.NewCTR(block, c.iv).XORKeyStream(out, c.data)
	}
	if err != nil {
		w.throw("Error", err.Error())
	}
	return w.arrayBuffer(out)
}

func (c *cipherText) gcm() ([]byte, error) {
	aead, err := cipher.NewGCMWithNonceSize(c.block, len(c.iv))
	if err != nil {
		return nil, err
	}
	if c.decrypt && c.final {
		b, err := aead.Open(nil, c.iv, append(append([]byte{}, c.data...), c.tag...), c.aad)
		if err != nil {
			return nil, scriptError("Unsupported state or unable to authenticate data")
		}
		return b, nil
	}
	// GCM is a key stream, so encrypting what is encrypted gives the plain text.
	b := aead.Seal(nil, c.iv, c.data, c.aad)
	if !c.final {
		b = b[:len(c.data)]
	}
	return b, nil
}

var (
	errBlockLength = scriptError("error:1C80006B:Provider routines::wrong final block length")
	errBadDecrypt  = scriptError("error:1C800064:Provider routines::bad decrypt")
)

func (c *cipherText) cbc() ([]byte, error) {
	data := c.data
	switch {
	case c.final && !c.decrypt && !c.withoutPadding: // PKCS #7 (RFC 5652, 6.3)
		n := aes.BlockSize - len(data)%aes.BlockSize
		data = append(append([]byte{}, data...), bytes.Repeat([]byte{byte(n)}, n)...)
	case c.final && (len(data)%aes.BlockSize != 0 || c.decrypt && !c.withoutPadding && len(data) == 0):
		return nil, errBlockLength
	case !c.final:
		n := len(data) / aes.BlockSize * aes.BlockSize
		if c.decrypt && !c.withoutPadding && n == len(data) && n > 0 {
			n -= aes.BlockSize // it may hold the padding
		}
		data = data[:n]
	}
	out := make([]byte, len(data))
	if !c.decrypt {
		cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(out, data)
		return out, nil
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(out, data)
	if !c.final || c.withoutPadding {
		return out, nil
	}
	n := int(out[len(out)-1])
	if n == 0 || n > aes.BlockSize || !bytes.Equal(out[len(out)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errBadDecrypt
	}
	return out[:len(out)-n], nil
}

// hostKeyWrap wraps or unwraps a key with AES-KW (RFC 3394, 2.2): "wrap" or
// "unwrap", then buffer, offset, length of the wrapping key and of the data. It
// returns undefined for data that the key has not wrapped.
func hostKeyWrap(w *world, args hostArgs) goja.Value {
	block, err := aes.NewCipher(args.bytes(w, 1))
	if err != nil {
		w.throw("Error", err.Error())
	}
	data := append([]byte{}, args.bytes(w, 4)...)
	if len(data)%8 != 0 || len(data) < 16 || len(data) > maxKeyText {
		w.throw("Error", "AES-KW wraps keys of a multiple of 8 bytes")
	}
	if args.text(0) == "wrap" {
		return w.arrayBuffer(wrapKey(block, data))
	}
	if data = unwrapKey(block, data); data == nil {
		return nil
	}
	return w.arrayBuffer(data)
}

const wrapStart = 0xA6A6A6A6A6A6A6A6 // the initial value, RFC 3394, 2.2.3.1

func wrapKey(block cipher.Block, data []byte) []byte {
	n := len(data) / 8
	r := append(binary.BigEndian.AppendUint64(nil, wrapStart), data...)
	var b [16]byte
	for t := 1; t <= 6*n; t++ {
		part := r[8*((t-1)%n+1):][:8]
		copy(b[:8], r)
		copy(b[8:], part)
		block.Encrypt(b[:], b[:])
		binary.BigEndian.PutUint64(r, binary.BigEndian.Uint64(b[:8])^uint64(t))
		copy(part, b[8:])
	}
	return r
}

func unwrapKey(block cipher.Block, r []byte) []byte {
	n := len(r)/8 - 1
	var b [16]byte
	for t := 6 * n; t >= 1; t-- {
		part := r[8*((t-1)%n+1):][:8]
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(r)^uint64(t))
		copy(b[8:], part)
		block.Decrypt(b[:], b[:])
		copy(r, b[:8])
		copy(part, b[8:])
	}
	if subtle.ConstantTimeCompare(r[:8], binary.BigEndian.AppendUint64(nil, wrapStart)) != 1 {
		return nil
	}
	return r[8:]
}
