// Package kubernetes stands in for the generated Go SDK of Pulumi's Kubernetes provider. The plugin needs no more of it
// than this module has, for the components that it constructs itself; the whole would be 66 packages of 26 MB to compile.
package kubernetes

import "reflect"

// UntypedArgs is a manifest.
type UntypedArgs map[string]any

func (UntypedArgs) ElementType() reflect.Type {
	return reflect.TypeFor[map[string]any]()
}
