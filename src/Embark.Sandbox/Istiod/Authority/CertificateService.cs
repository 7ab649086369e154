using Embark.Grpc;
using Istio.V1.Auth;
using Microsoft.AspNetCore.Routing;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>IstioCertificateService: the caller's identity comes from its credential, never from its request.</summary>
internal sealed class CertificateService(MeshAuthority authority, CallerAuthentication authentication, TextWriter log)
{
    private const string Method = "/istio.v1.auth.IstioCertificateService/CreateCertificate";

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapUnary<IstioCertificateRequest, IstioCertificateResponse>(Method, IstioCertificateRequest.Parser, CreateAsync);

    private async Task<IstioCertificateResponse> CreateAsync(
        GrpcServerCall<IstioCertificateRequest, IstioCertificateResponse> call, IstioCertificateRequest request)
    {
        var (caller, reason) = await authentication.IdentifyAsync(
            call.ClientCertificate, call.Metadata("authorization"), call.Metadata("clusterid"), call.Aborted).ConfigureAwait(false);
        if (caller is null)
        {
            log.WriteLine($"Failed to authenticate client from {call.Peer}: {reason}");
            throw new GrpcException(GrpcStatus.Unauthenticated, "request authenticate failure");
        }

        var response = new IstioCertificateResponse();
        response.CertChain.AddRange(authority.Sign(request.Csr, caller.ToString(), TimeSpan.FromSeconds(request.ValidityDuration)));
        return response;
    }
}
