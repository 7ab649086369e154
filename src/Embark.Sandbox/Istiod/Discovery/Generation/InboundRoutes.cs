using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Routes;
using static Embark.Sandbox.Istiod.Protos.Routes.RouteAction.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>The one route of an inbound port, sent inside the listener.</summary>
internal static class InboundRoutes
{
    public static RouteConfiguration To(string cluster, int port, string host, Protocol protocol) => new()
    {
        Name = cluster,
        ValidateClusters = false,
        VirtualHosts =
        {
            new VirtualHost
            {
                Name = $"inbound|http|{port}", Domains = { "*" },
                Routes =
                {
                    new Route
                    {
                        Name = "default", Match = new RouteMatch { Prefix = "/" }, Decorator = new Decorator { Operation = $"{host}:{port}/*" },
                        Route_ = new RouteAction
                        {
                            Cluster = cluster, Timeout = Structs.Zero(),
                            MaxStreamDuration = new MaxStreamDuration { MaxStreamDuration_ = Structs.Zero(), GrpcTimeoutHeaderMax = Structs.Zero() },
                            // A connection the application closed meanwhile: nothing was sent yet, so trying again is safe. gRPC has its own.
                            RetryPolicy = protocol == Protocol.Grpc ? null : new RetryPolicy { RetryOn = "reset-before-request", NumRetries = 2 },
                        },
                    },
                },
            },
        },
    };
}
