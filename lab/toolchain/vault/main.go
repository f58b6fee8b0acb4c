// Command vault runs HashiCorp Vault in memory, initialized and unsealed, with the PKI secrets engine: what
// `vault server -dev` is without the plugins, clouds' seals and storages and the user interface of the full program.
//
// Environment: VAULT_DEV_ROOT_TOKEN_ID, VAULT_DEV_LISTEN_ADDRESS, as for `vault server -dev`.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	_ "unsafe" // for go:linkname

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/logical/pki"
	"github.com/hashicorp/vault/helper/namespace"
	"github.com/hashicorp/vault/helper/testhelpers/corehelpers"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/sdk/framework"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// Paths of Vault Enterprise, which this edition only refuses. The newest SDK that this Vault compiles with, a little
// newer than its own, checks paths more strictly and panics over these.
//
//go:linkname entPaths github.com/hashicorp/vault/vault.entPaths
var entPaths func(*vault.SystemBackend) []*framework.Path

func init() {
	entPaths = func(*vault.SystemBackend) []*framework.Path { return nil }
}

func main() {
	if err := run(os.Getenv("VAULT_DEV_LISTEN_ADDRESS"), os.Getenv("VAULT_DEV_ROOT_TOKEN_ID")); err != nil {
		log.Fatal(err)
	}
}

func run(address, token string) error {
	core, err := newCore(hclog.Default())
	if err != nil {
		return err
	}
	ctx := namespace.RootContext(context.Background())
	if err := unseal(ctx, core, token); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("vault listens on %s", listener.Addr())
	properties := &vault.HandlerProperties{Core: core}
	return http.Serve(listener, vaulthttp.Handler.Handler(properties))
}

func newCore(logger hclog.Logger) (*vault.Core, error) {
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, err
	}
	return vault.NewCore(&vault.CoreConfig{
		Physical:        storage,
		Logger:          logger,
		LogicalBackends: map[string]logical.Factory{"pki": pki.Factory},
		BuiltinRegistry: corehelpers.NewMockBuiltinRegistry(),
		DisableMlock:    true,
	})
}

func unseal(ctx context.Context, core *vault.Core, token string) error {
	seal := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	keys, err := core.Initialize(ctx, &vault.InitParams{BarrierConfig: seal})
	if err != nil {
		return err
	}
	if unsealed, err := core.Unseal(keys.SecretShares[0]); err != nil || !unsealed {
		return fmt.Errorf("Vault stays sealed: %w", err)
	}
	_, err = core.HandleRequest(ctx, &logical.Request{
		ID:          "root-token",
		Operation:   logical.UpdateOperation,
		ClientToken: keys.RootToken,
		Path:        "auth/token/create",
		Data:        map[string]any{"id": token, "policies": []string{"root"}, "no_parent": true},
	})
	return err
}
