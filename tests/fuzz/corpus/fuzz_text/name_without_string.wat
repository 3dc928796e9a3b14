$y(@name
)l) )1)ig) 