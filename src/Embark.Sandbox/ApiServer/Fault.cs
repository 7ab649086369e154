using System.Text.Json.Serialization;

namespace Embark.Sandbox.ApiServer;

/// <summary>One way of answering wrongly, for the requests it matches.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fault")]
[JsonDerivedType(typeof(Delay), "delay")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(Html), "html")]
[JsonDerivedType(typeof(CutBody), "cutBody")]
[JsonDerivedType(typeof(ContinueExpired), "continueExpired")]
[JsonDerivedType(typeof(PageCap), "pageCap")]
[JsonDerivedType(typeof(WatchExpired), "watchExpired")]
[JsonDerivedType(typeof(CutWatch), "cutWatch")]
[JsonDerivedType(typeof(SilentWatch), "silentWatch")]
[JsonDerivedType(typeof(BadToken), "badToken")]
[JsonDerivedType(typeof(DateSkew), "dateSkew")]
internal abstract record Fault
{
    private Fault() { }

    /// <summary>Kubernetes verb such as <c>list</c> or <c>watch</c>; null for any.</summary>
    public string? Verb { get; init; }

    /// <summary>Regular expression that is searched in the path; null for any path.</summary>
    public string? Path { get; init; }

    /// <summary>How many matching requests it hits; null for all of them.</summary>
    public int? Times { get; init; }

    /// <summary>Waits before answering.</summary>
    public sealed record Delay(double Seconds) : Fault;

    /// <summary>Answers with a Status of this code; with <c>Retry-After</c> when set.</summary>
    public sealed record Answer(int Status) : Fault
    {
        public int? RetryAfterSeconds { get; init; }

        /// <summary>Null: the reason that belongs to the code.</summary>
        public string? Reason { get; init; }

        public string? Message { get; init; }
    }

    /// <summary>Answers 200 with an HTML page, as a proxy's login page does.</summary>
    public sealed record Html : Fault;

    /// <summary>Sends only the first bytes of the answer, then breaks the connection.</summary>
    public sealed record CutBody(int AfterBytes) : Fault;

    /// <summary>410 for a list that goes on with a continue token.</summary>
    public sealed record ContinueExpired : Fault;

    /// <summary>No page of a list is larger than this, whatever the client asks.</summary>
    public sealed record PageCap(int Items) : Fault;

    /// <summary>Sends an ERROR event with 410 in the watch stream after so many events.</summary>
    public sealed record WatchExpired(int AfterEvents) : Fault;

    /// <summary>Ends the watch after so many events: cleanly, or in the middle of a line.</summary>
    public sealed record CutWatch(int AfterEvents) : Fault
    {
        public bool InMidLine { get; init; }
    }

    /// <summary>Keeps the watch open but sends nothing more after so many events.</summary>
    public sealed record SilentWatch(int AfterEvents) : Fault;

    /// <summary>A TokenRequest is answered with a token that must not be used.</summary>
    public sealed record BadToken(TokenFlaw Flaw) : Fault;

    /// <summary>The <c>Date</c> header is wrong by so much.</summary>
    public sealed record DateSkew(double Seconds) : Fault;
}

[JsonConverter(typeof(JsonStringEnumConverter<TokenFlaw>))]
internal enum TokenFlaw
{
    Empty,
    NotAJwt,
    WrongAudience,
    Shorter,
    Expired,
    WrongSubject,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(List<Fault>))]
internal sealed partial class FaultJson : JsonSerializerContext;
