// Command spiffe-csi-driver stands in for SPIFFE's CSI driver of that name, whose module cannot be had. It takes that
// driver's arguments and does what it does: the folder with the SPIRE agent's socket becomes a volume of pods.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var (
	name      = flag.String("plugin-name", "csi.spiffe.io", "name of the driver")
	nodeID    = flag.String("node-id", os.Getenv("MY_NODE_NAME"), "name of the node")
	socket    = flag.String("csi-socket-path", "/spiffe-csi/csi.sock", "where the driver listens")
	agentsDir = flag.String("workload-api-socket-dir", "", "folder with the agent's socket")
)

type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedNodeServer
}

func (*driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: *name, VendorVersion: "stand-in"}, nil
}

func (*driver) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{}, nil
}

func (*driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{}, nil
}

func (*driver) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: *nodeID}, nil
}

func (*driver) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

// NodePublishVolume mounts the folder for a pod. The kubelet mounts it read-only into containers, as the volume has to
// demand.
func (*driver) NodePublishVolume(_ context.Context, request *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	if !request.Readonly {
		return nil, status.Error(codes.InvalidArgument, "pod.spec.volumes[].csi.readOnly must be set to 'true'")
	}
	if request.VolumeContext["csi.storage.k8s.io/ephemeral"] != "true" {
		return nil, status.Error(codes.InvalidArgument, "only ephemeral volumes are supported")
	}
	if err := os.Mkdir(request.TargetPath, 0o777); err != nil && !os.IsExist(err) {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if err := syscall.Mount(*agentsDir, request.TargetPath, "none", syscall.MS_BIND, ""); err != nil {
		return nil, status.Errorf(codes.Internal, "mounting %s: %v", request.TargetPath, err)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (*driver) NodeUnpublishVolume(_ context.Context, request *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	// After a restart of its node a volume is no longer mounted.
	if err := syscall.Unmount(request.TargetPath, 0); err != nil && err != syscall.EINVAL && err != syscall.ENOENT {
		return nil, status.Errorf(codes.Internal, "unmounting %s: %v", request.TargetPath, err)
	}
	if err := os.Remove(request.TargetPath); err != nil && !os.IsNotExist(err) {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

func main() {
	flag.Parse()
	if err := os.Remove(*socket); err != nil && !os.IsNotExist(err) {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", *socket)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	csi.RegisterIdentityServer(server, &driver{})
	csi.RegisterNodeServer(server, &driver{})
	log.Fatal(server.Serve(listener))
}
