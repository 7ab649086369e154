using System.Security.Cryptography;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Proxy.Listening;
using Microsoft.AspNetCore.Http;
using Details = Embark.Sandbox.Istiod.Protos.Filters.HttpConnectionManager.Types.ForwardClientCertDetails;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>x-forwarded-client-cert: who called, proved by mutual TLS. A value without that proof is dropped.</summary>
internal static class ClientCertificateHeader
{
    public const string Name = "x-forwarded-client-cert";

    public static void Apply(HttpConnectionManager configuration, AcceptedConnection connection, IHeaderDictionary headers)
    {
        var details = configuration.ForwardClientCertDetails;
        if (details == Details.AlwaysForwardOnly)
            return;
        if (details == Details.Sanitize || connection.PeerCertificate is not { } peer)
        {
            headers.Remove(Name);
            return;
        }

        if (details == Details.ForwardOnly)
            return;
        List<string> parts = [];
        if (connection.OwnCertificate is { } own)
            parts.AddRange(CallerAuthentication.UriNames(own).Select(uri => $"By={uri}"));
        parts.Add($"Hash={Convert.ToHexStringLower(SHA256.HashData(peer.RawData))}");
        if (configuration.SetCurrentClientCertDetails?.Subject is true)
            parts.Add($"Subject=\"{peer.Subject.Replace("\"", "\\\"")}\"");
        if (configuration.SetCurrentClientCertDetails?.Uri is true)
            parts.AddRange(CallerAuthentication.UriNames(peer).Select(uri => $"URI={uri}"));
        var element = string.Join(';', parts);
        headers[Name] = details == Details.AppendForward && headers.TryGetValue(Name, out var before) && before.Count > 0 ? $"{before},{element}" : element;
    }
}
