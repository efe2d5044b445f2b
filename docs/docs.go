// Package docs holds this folder's pages, compiled into the demo app, which serves
// them under /docs: whoever reads them may have no network.
package docs

import "embed"

// Files are the Markdown files of this folder.
//
//go:embed *.md
var Files embed.FS
