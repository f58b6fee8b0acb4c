// Package kubernetes stands in for the generated Go SDK of Pulumi's Kubernetes provider, of which the plugin needs
// what is in this module: the whole is 70 packages of 26 MB, a third of the plugin's build.
package kubernetes

import "reflect"

// UntypedArgs is a manifest.
type UntypedArgs map[string]any

func (UntypedArgs) ElementType() reflect.Type {
	return reflect.TypeFor[map[string]any]()
}
