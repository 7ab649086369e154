namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>What a port was declared to speak; <see cref="Undeclared"/> is detected per connection.</summary>
internal enum Protocol { Undeclared, Http, Http2, Grpc, Https, Tls, Tcp, Udp }

/// <summary>How a listener treats a port.</summary>
internal enum Treatment { Http, Tcp, Detect }

internal static class Protocols
{
    /// <summary>Ports whose server speaks first, so that detection would wait for ever: SMTP, DNS, MySQL, MongoDB.</summary>
    private static readonly int[] ServerSpeaksFirst = [25, 53, 3306, 27017];

    extension(Protocol protocol)
    {
        public bool IsHttp2 => protocol is Protocol.Http2 or Protocol.Grpc;

        public Treatment Treatment => protocol switch
        {
            Protocol.Http or Protocol.Http2 or Protocol.Grpc => Treatment.Http,
            Protocol.Undeclared => Treatment.Detect,
            _ => Treatment.Tcp,
        };
    }

    /// <summary>Of a Service's port: appProtocol first, then the name's part before the first dash.</summary>
    public static Protocol OfServicePort(int port, string name, string transport, string? appProtocol)
    {
        if (transport == "UDP")
            return Protocol.Udp;
        var declared = appProtocol is null ? Parse(name.Split('-')[0]) : Parse(appProtocol.Replace("kubernetes.io/", "", StringComparison.Ordinal));
        return declared == Protocol.Undeclared && ServerSpeaksFirst.Contains(port) ? Protocol.Tcp : declared;
    }

    public static Protocol Parse(string? name) => name?.ToLowerInvariant() switch
    {
        "http" or "ws" => Protocol.Http,
        "http2" or "h2c" => Protocol.Http2,
        "grpc" or "grpc-web" => Protocol.Grpc,
        "https" or "wss" => Protocol.Https,
        "tls" => Protocol.Tls,
        "tcp" or "mongo" or "redis" or "mysql" => Protocol.Tcp,
        "udp" => Protocol.Udp,
        _ => Protocol.Undeclared,
    };
}
