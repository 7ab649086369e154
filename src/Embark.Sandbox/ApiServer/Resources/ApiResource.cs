using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Resources;

/// <summary>One kind of object that is served.</summary>
internal sealed record ApiResource
{
    public required string Group { get; init; }

    /// <summary>Served versions, the preferred one first.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public string Singular { get; init; } = "";

    public bool Namespaced { get; init; } = true;

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>True: status is written through its own path only.</summary>
    public bool HasStatus { get; init; }

    /// <summary>True: only POST, and nothing is kept (TokenReview and the like).</summary>
    public bool IsQuestion { get; init; }

    /// <summary>Served from a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }

    /// <summary>True: metadata.generation counts changes of what is wanted.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>OpenAPI schema; null means that any field is taken.</summary>
    public JsonObject? Schema { get; init; }

    /// <summary>Columns of <c>kubectl get</c> from the CRD.</summary>
    public JsonArray? PrinterColumns { get; init; }

    public GroupResource Id => new(Group, Plural);

    public string ListKind => Kind + "List";

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    public string StorageVersion => ApiVersion(Versions[0]);

    public IReadOnlyList<string> Verbs => IsQuestion
        ? ["create"]
        : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
}
