using Embark.Sandbox.ApiServer.Access;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary><c>kubectl --as USER --as-group GROUP</c>: acting as somebody else, for those who may impersonate.</summary>
internal static class Impersonation
{
    public static UserInfo? Of(IHeaderDictionary headers) => headers.TryGetValue("Impersonate-User", out var user) && user.Count == 1
        ? new(user.ToString(), [.. headers["Impersonate-Group"].OfType<string>(), UserInfo.Authenticated])
        : null;

    public static UserInfo Check(Rbac rbac, UserInfo asking, UserInfo other)
    {
        Require(rbac, asking, "users", other.Name);
        foreach (var group in other.Groups.Where(group => group != UserInfo.Authenticated))
            Require(rbac, asking, "groups", group);
        return other;
    }

    private static void Require(Rbac rbac, UserInfo asking, string resource, string name)
    {
        var access = new AccessRequest("impersonate") { Resource = resource, Name = name };
        if (!rbac.Allows(asking, access))
            throw Rbac.Refusal(asking, access);
    }
}
