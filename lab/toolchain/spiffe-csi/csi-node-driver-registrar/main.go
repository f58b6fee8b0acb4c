// Command csi-node-driver-registrar stands in for Kubernetes' program of that name, whose module cannot be had: it tells
// the kubelet of a CSI driver. It takes the arguments that SPIFFE's driver is deployed with.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

var (
	driverSocket = flag.String("csi-address", "/run/csi/socket", "socket of the driver, as this container sees it")
	nodeSocket   = flag.String("kubelet-registration-path", "", "socket of the driver, as the kubelet sees it")
	registry     = flag.String("plugin-registration-path", "/registration", "folder in which the kubelet looks for plugins")
)

type registrar struct {
	registration.UnimplementedRegistrationServer
	driver string
}

func (r *registrar) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type:              registration.CSIPlugin,
		Name:              r.driver,
		Endpoint:          *nodeSocket,
		SupportedVersions: []string{"1.0.0"},
	}, nil
}

// NotifyRegistrationStatus ends the program where the kubelet refuses the driver: its pod tries again.
func (*registrar) NotifyRegistrationStatus(_ context.Context, status *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	if !status.PluginRegistered {
		log.Fatalf("the kubelet refuses the driver: %s", status.Error)
	}
	return &registration.RegistrationStatusResponse{}, nil
}

func main() {
	flag.Parse()
	connection, err := grpc.NewClient("unix://"+*driverSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	driver, err := csi.NewIdentityClient(connection).GetPluginInfo(ctx, &csi.GetPluginInfoRequest{}, grpc.WaitForReady(true))
	if err != nil {
		log.Fatal(err)
	}
	socket := filepath.Join(*registry, driver.Name+"-reg.sock")
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	registration.RegisterRegistrationServer(server, &registrar{driver: driver.Name})
	// Closing the socket removes it, and so tells the kubelet that the driver goes.
	context.AfterFunc(ctx, server.Stop)
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
