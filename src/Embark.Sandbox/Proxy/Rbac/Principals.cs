using Embark.Sandbox.Istiod.Protos.Rbac;
using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Listening;

namespace Embark.Sandbox.Proxy.Rbac;

/// <summary>Who asks: identities, addresses, headers (envoy.config.rbac.v3.Principal).</summary>
internal static class Principals
{
    /// <summary>Where Istio keeps the peer's identity for filters.</summary>
    private const string PeerPrincipal = "io.istio.peer_principal";

    public static Func<AccessQuestion, bool> Matcher(Principal principal)
    {
        switch (principal.IdentifierCase)
        {
            case Principal.IdentifierOneofCase.AndIds:
                var all = principal.AndIds.Ids.Select(Matcher).ToList();
                return question => all.TrueForAll(id => id(question));
            case Principal.IdentifierOneofCase.OrIds:
                var some = principal.OrIds.Ids.Select(Matcher).ToList();
                return question => some.Exists(id => id(question));
            case Principal.IdentifierOneofCase.Any:
                return _ => principal.Any;
            case Principal.IdentifierOneofCase.Authenticated when principal.Authenticated.PrincipalName is null:
                return question => question.Connection.PeerCertificate is not null;
            case Principal.IdentifierOneofCase.Authenticated:
                return question => question.Principals.Any(name => Matching.Matches(principal.Authenticated.PrincipalName, name));
            case Principal.IdentifierOneofCase.FilterState when principal.FilterState is { Key: PeerPrincipal, StringMatch: { } name }:
                return question => question.Principals.Any(own => Matching.Matches(name, own));
            case Principal.IdentifierOneofCase.SourceIp:
                var source = Permissions.Range(principal.SourceIp);
                return question => source.Contains(question.Connection.Remote.Address);
            case Principal.IdentifierOneofCase.DirectRemoteIp:
                var remote = Permissions.Range(principal.DirectRemoteIp);
                return question => remote.Contains(question.Connection.Remote.Address);
            case Principal.IdentifierOneofCase.Header:
                return question => RouteMatching.HeaderMatches(principal.Header, question.Request);
            case Principal.IdentifierOneofCase.UrlPath when principal.UrlPath.Path is { } path:
                return question => question.Path is { } asked && Matching.Matches(path, asked);
            case Principal.IdentifierOneofCase.NotId:
                var id = Matcher(principal.NotId);
                return question => !id(question);
            default:
                throw new ConfigurationRejectedException($"RBAC principal {principal.IdentifierCase} is not supported");
        }
    }
}
