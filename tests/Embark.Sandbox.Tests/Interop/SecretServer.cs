using Embark.Grpc;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Protos.Tls;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>The secrets <c>default</c> and <c>ROOTCA</c> from files, on a Unix socket: what pilot-agent is to its Envoy.</summary>
internal static class SecretServer
{
    private const string Method = "/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets";

    public static async Task<WebApplication> StartAsync(string socket, string certificates, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        application.MapStream<DiscoveryRequest, DiscoveryResponse>(Method, DiscoveryRequest.Parser, async call =>
        {
            await foreach (var request in call.ReadAllAsync(call.Aborted))
                if (request.ResponseNonce.Length == 0)
                    await call.WriteAsync(new DiscoveryResponse
                    {
                        VersionInfo = "1", Nonce = "1", TypeUrl = request.TypeUrl,
                        Resources = { request.ResourceNames.Select(name => Any.Pack(Secret(name, certificates))) },
                    }, call.Aborted);
        });
        await application.StartAsync(cancellationToken);
        return application;
    }

    private static Secret Secret(string name, string folder) => name == "ROOTCA"
        ? new Secret { Name = name, ValidationContext = new CertificateValidationContext { TrustedCa = Bytes(folder, "root-cert.pem") } }
        : new Secret
        {
            Name = name,
            TlsCertificate = new TlsCertificate { CertificateChain = Bytes(folder, "cert-chain.pem"), PrivateKey = Bytes(folder, "key.pem") },
        };

    private static DataSource Bytes(string folder, string file) => new() { InlineBytes = ByteString.CopyFrom(File.ReadAllBytes(Path.Combine(folder, file))) };
}
