namespace Embark.Sandbox.ApiServer.Access;

/// <summary>Who is asking.</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";

    public string Uid { get; init; } = "";

    /// <summary>Such as the id of the credential; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }

    public static UserInfo ForServiceAccount(string @namespace, string name, string uid) => new(
        $"system:serviceaccount:{@namespace}:{name}",
        ["system:serviceaccounts", $"system:serviceaccounts:{@namespace}", Authenticated]) { Uid = uid };
}
