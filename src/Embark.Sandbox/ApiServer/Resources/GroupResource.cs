namespace Embark.Sandbox.ApiServer.Resources;

/// <summary>A resource without its version; prints as <c>workloadentries.networking.istio.io</c> or <c>pods</c>.</summary>
internal readonly record struct GroupResource(string Group, string Plural)
{
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
