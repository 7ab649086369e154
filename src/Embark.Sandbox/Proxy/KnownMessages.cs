using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Proxy;

/// <summary>The messages that this proxy can read.</summary>
internal static class KnownMessages
{
    public static TypeRegistry Types { get; } = TypeRegistry.FromFiles(
        Istiod.Protos.Filters.HttpConnectionManager.Descriptor.File, Istiod.Protos.Filters.TcpProxy.Descriptor.File, Istiod.Protos.Tls.UpstreamTlsContext.Descriptor.File,
        Istiod.Protos.Listeners.Listener.Descriptor.File, Istiod.Protos.Clusters.Cluster.Descriptor.File, Istiod.Protos.Routes.RouteConfiguration.Descriptor.File,
        Istiod.Protos.Upstreams.HttpProtocolOptions.Descriptor.File, Istiod.Protos.AccessLogs.FileAccessLog.Descriptor.File,
        Istiod.Protos.Filters.Router.Descriptor.File, Istiod.Protos.HttpRbac.RBAC.Descriptor.File, Istiod.Protos.NetworkRbac.RBAC.Descriptor.File);

    /// <summary>Null for a type that is not known.</summary>
    public static MessageDescriptor? Find(Any any) => Types.Find(Any.GetTypeName(any.TypeUrl));
}
