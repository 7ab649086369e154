namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>How a write is meant: query parameters of POST, PUT, PATCH and DELETE.</summary>
internal sealed record WriteOptions
{
    public bool DryRun { get; init; }

    public string FieldManager { get; init; } = "unknown";

    /// <summary>What to do with fields that the schema does not know.</summary>
    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>Server-side apply takes fields from other managers.</summary>
    public bool Force { get; init; }

    /// <summary>Empty, or <c>status</c>.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Objects loaded at the start keep the status they come with.</summary>
    public bool KeepStatus { get; init; }

    /// <summary>Collects texts for <c>Warning</c> headers.</summary>
    public List<string> Warnings { get; } = [];
}

internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}
