using Embark.Grpc;
using Embark.Sandbox.Istiod.Authority;
using Google.Protobuf;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>Who may open a stream for which node; refusals carry istiod's codes and words (protocols 1.3, 2.1).</summary>
internal sealed class ProxyAdmission(CallerAuthentication authentication, TextWriter log)
{
    public async Task<MeshIdentity> AuthenticateAsync<TRequest, TResponse>(GrpcServerCall<TRequest, TResponse> call)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var (caller, reason) = await authentication.IdentifyAsync(
            call.ClientCertificate, call.Metadata("authorization"), call.Metadata("clusterid"), call.Aborted).ConfigureAwait(false);
        if (caller is not null)
            return caller;
        await log.WriteLineAsync($"Failed to authenticate client from {call.Peer}: {reason}").ConfigureAwait(false);
        throw new GrpcException(GrpcStatus.Unauthenticated, "authentication failure");
    }

    public ProxyNode Admit(MeshIdentity caller, Node? node, string peer)
    {
        ProxyNode proxy;
        try
        {
            proxy = ProxyNode.Parse(node);
        }
        catch (InvalidNodeException e)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, e.Message, e);
        }

        if (caller.Namespace == proxy.Namespace && (proxy.ServiceAccount is null || proxy.ServiceAccount == caller.ServiceAccount))
            return proxy;
        var mismatch = $"no identities ([{caller}]) matched {proxy.Namespace}/{proxy.ServiceAccount}";
        log.WriteLine($"Unauthorized XDS: {peer} with identity [{caller}]: {mismatch}");
        throw new GrpcException(GrpcStatus.PermissionDenied, $"authorization failed: {mismatch}");
    }
}
