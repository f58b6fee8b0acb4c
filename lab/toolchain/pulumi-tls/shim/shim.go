// Package shim makes HashiCorp's TLS provider importable.
//
// The provider's package is internal to its module. Go allows an internal package to whatever import path lies below
// its parent, which this module's name does.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	tls "github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// NewProvider returns HashiCorp's TLS provider.
func NewProvider() provider.Provider {
	return tls.New()
}
